/// Names of what a recording says of itself, for readers: see `StoreReader.facts`.
package enum RecordedFact {
    package static let version = "version"
    /// Of the machine that it was made on.
    package static let host = "host"
    /// Its release.
    package static let kernel = "kernel"
    /// E.g. `4 CPUs`.
    package static let machine = "machine"
    /// What was traced, with commas between.
    package static let resources = "resources"
}
