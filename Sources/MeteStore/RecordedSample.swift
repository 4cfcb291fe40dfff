package import MeteModel

/// What one component, or the machine, did in one window, as a recording keeps it.
package struct RecordedSample: Equatable, Sendable {
    /// Nanoseconds since 1970 at which the window ended.
    package var end: Int64
    /// Of the window; longer after a roll-up.
    package var length: Nanoseconds
    /// By `Metric.position`.
    private var values: [Int64]

    package init(end: Int64, length: Nanoseconds) {
        self.end = end
        self.length = length
        values = Array(repeating: 0, count: Metric.allCases.count)
    }

    package subscript(metric: Metric) -> Int64 {
        get { values[metric.position] }
        set { values[metric.position] = newValue }
    }

    /// Whether nothing happened and nobody was there.
    package var isIdle: Bool { values.allSatisfy { $0 == 0 } }

    /// As a file keeps it: times to the microsecond, and quantiles as ends of a histogram's classes, which is what they are.
    package var rounded: RecordedSample {
        var rounded = self
        for metric in Metric.allCases { rounded[metric] = metric.unpacked(metric.packed(self[metric])) }
        return rounded
    }

    /// Takes in a later window of the same component.
    package mutating func fold(_ later: RecordedSample) {
        end = later.end
        length += later.length
        for metric in Metric.allCases {
            switch metric.fold {
            case .sum: self[metric] &+= later[metric]
            case .highest: self[metric] = max(self[metric], later[metric])
            }
        }
    }

    /// Cores on average, for times of threads; shares of the time, for stalls; amounts a second for what adds up; else the value.
    package func rate(of metric: Metric) -> Double {
        guard metric.fold == .sum, length > 0 else { return Double(self[metric]) }
        switch metric {
        case .runTime, .runQueueDelay, .throttled, .disturbed, .callTime, .memoryStalledSome, .memoryStalledFull,
            .cpuStalledSome, .cpuStalledFull, .diskStalledSome, .diskStalledFull:
            return Double(self[metric]) / Double(length)
        default: return Double(self[metric]) / length.seconds
        }
    }
}

extension RecordedSample {
    /// About what one takes in memory.
    static let estimatedBytes = MemoryLayout<RecordedSample>.stride + Metric.allCases.count * MemoryLayout<Int64>.stride
}
