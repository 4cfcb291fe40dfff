/// Names a process for ever: ids are used again, a start time with the same id is not.
package struct ProcessKey: Hashable, Sendable, Codable {
    package var pid: Int32
    /// Since boot, in nanoseconds; 0 where the first thread of the process ended before it was first seen.
    package var start: UInt64

    package init(pid: Int32, start: UInt64) {
        self.pid = pid
        self.start = start
    }
}
