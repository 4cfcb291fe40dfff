/// How long things took that the threads of one component waited for.
package struct ComponentLatencies: Equatable, Sendable {
    /// One for each time that a thread was given a CPU; those of threads that had not to wait are among them, near 0.
    package var runQueueDelay: LatencyHistogram
    /// From when a request was made until it was complete.
    package var diskReads: LatencyHistogram
    package var diskWrites: LatencyHistogram

    package init(
        runQueueDelay: LatencyHistogram = LatencyHistogram(), diskReads: LatencyHistogram = LatencyHistogram(),
        diskWrites: LatencyHistogram = LatencyHistogram()
    ) {
        self.runQueueDelay = runQueueDelay
        self.diskReads = diskReads
        self.diskWrites = diskWrites
    }

    package static func += (sum: inout ComponentLatencies, part: ComponentLatencies) {
        sum.runQueueDelay += part.runQueueDelay
        sum.diskReads += part.diskReads
        sum.diskWrites += part.diskWrites
    }

    package static func - (later: ComponentLatencies, earlier: ComponentLatencies) -> ComponentLatencies {
        ComponentLatencies(
            runQueueDelay: later.runQueueDelay - earlier.runQueueDelay, diskReads: later.diskReads - earlier.diskReads,
            diskWrites: later.diskWrites - earlier.diskWrites)
    }
}
