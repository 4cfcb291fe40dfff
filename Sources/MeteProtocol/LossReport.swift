/// How often something was lost since the agent's start.
package struct LossReport: Equatable, Sendable, Codable {
    /// E.g. `ringBufferDrops`.
    package var kind: String
    package var count: UInt64
    /// What one of them costs, e.g. `a record; resolution, not usage`.
    package var meaning: String

    package init(kind: String, count: UInt64, meaning: String) {
        self.kind = kind
        self.count = count
        self.meaning = meaning
    }
}
