package import MeteModel

/// What has become known of processes since it was last asked.
package struct ProcessChanges: Sendable {
    /// New ones, and those of which something is different from what was said before, ordered by process id; those that began and ended
    /// in between come after them. One is new again when its libraries are known.
    package var described: [ProcessDescription] = []
    /// Those that have ended, in the order in which that was seen.
    package var ended: [ProcessKey] = []
    /// Processes that began and ended in between, beyond those that there was room to describe.
    package var undescribed: UInt64 = 0

    package init() {}
}
