package import MeteModel

/// What a recording keeps of a process; anew after each exec.
package struct RecordedProcess: Equatable, Sendable {
    package var description: ProcessDescription
    /// Nanoseconds since 1970: the end of the window in which it was first seen to be what it is.
    package var first: Int64
    /// The end of the last window in which it was that.
    package var last: Int64
    /// Whether its end was seen; false where it became another program, or was alive when the recording ended.
    package var hasEnded: Bool

    package init(description: ProcessDescription, first: Int64, last: Int64, hasEnded: Bool) {
        self.description = description
        self.first = first
        self.last = last
        self.hasEnded = hasEnded
    }
}

/// What has become known of processes in a window.
package struct RecordedProcessChanges: Equatable, Sendable {
    /// New ones, and those that are now something else.
    package var described: [ProcessDescription]
    package var ended: [ProcessKey]
    /// Processes that began and ended in the window and that nobody described.
    package var undescribed: UInt64

    package init(described: [ProcessDescription] = [], ended: [ProcessKey] = [], undescribed: UInt64 = 0) {
        self.described = described
        self.ended = ended
        self.undescribed = undescribed
    }
}

extension RecordedProcessChanges {
    /// About what it takes in memory.
    package var estimatedBytes: Int {
        let texts = described.reduce(0) { sum, process in
            sum + process.commandLine.utf8.count + process.cgroup.utf8.count + (process.executable?.utf8.count ?? 0)
                + process.libraries.reduce(0) { $0 + MemoryLayout<String>.stride + $1.utf8.count }
        }
        return texts + described.count * MemoryLayout<ProcessDescription>.stride
            + ended.count * MemoryLayout<ProcessKey>.stride
    }
}
