package import MeteModel

/// All that a recording keeps of one window.
package struct RecordedWindow: Equatable, Sendable {
    package var machine: RecordedSample
    package var components: [(component: ComponentID, sample: RecordedSample)]
    /// Nil where the recording keeps none: it is of an earlier mete, or they were given up for age or room.
    package var detail: RecordedDetail?

    package init(
        machine: RecordedSample, components: [(component: ComponentID, sample: RecordedSample)],
        detail: RecordedDetail? = nil
    ) {
        self.machine = machine
        self.components = components
        self.detail = detail
    }

    package static func == (left: RecordedWindow, right: RecordedWindow) -> Bool {
        left.machine == right.machine && left.detail == right.detail
            && left.components.elementsEqual(right.components) {
                $0.component == $1.component && $0.sample == $1.sample
            }
    }

    /// About what it takes in memory.
    package var estimatedBytes: Int {
        let details = detail.map {
            $0.devices.count * MemoryLayout<RecordedDetail.Device>.stride
                + $0.sockets.count * MemoryLayout<RecordedDetail.Sockets>.stride
                + $0.disturbances.count * MemoryLayout<Disturbance>.stride
                + $0.threads.count * MemoryLayout<RecordedDetail.Thread>.stride
        }
        return (1 + components.count) * RecordedSample.estimatedBytes + (details ?? 0)
    }
}
