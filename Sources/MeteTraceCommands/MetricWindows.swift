import MeteModel
import MeteStore
import MeteText

/// One metric of one component over the windows of a part of a recording.
struct MetricWindows {
    let metric: Metric
    /// Of the values, those of short windows left out.
    private(set) var spread = WindowSpread()
    private var sum = 0.0
    private var length = 0.0

    init(_ metric: Metric) { self.metric = metric }

    /// - Parameters:
    ///   - sample: of a window, zeroes where the component did nothing.
    ///   - sessions: of the recording: they say what was traced.
    ///   - least: length of a window below which it says little.
    mutating func add(_ sample: RecordedSample, _ sessions: [RecordedSession], least: Nanoseconds) {
        let isKnown = sample[metric] != 0 || sessions.traced(metric, in: sample)
        let value = isKnown ? metric.compared(sample) : nil
        if let value {
            sum += value * Double(sample.length)
            length += Double(sample.length)
        }
        if sample.length >= least { spread.add(value) }
    }

    /// Over the time; nil where nothing was traced or there was nothing to count.
    var mean: Double? { length > 0 ? sum / length : nil }
}

extension Metric {
    /// What of a window is compared: amounts as rates, the latency of a request instead of their sum, the rest as it is; nil where there is
    /// nothing to count.
    fileprivate func compared(_ sample: RecordedSample) -> Double? {
        func each(_ requests: Metric) -> Double? {
            sample[requests] > 0 ? Double(sample[self]) / Double(sample[requests]) : nil
        }
        switch self {
        case .readLatency: return each(.readRequests)
        case .writeLatency: return each(.writeRequests)
        // What was lost in a window: see `LossCount`.
        case .lost: return Double(sample[self]) / sample.length.seconds
        default: return isQuantile && sample[self] == 0 ? nil : sample.rate(of: self)
        }
    }

    private var isLatency: Bool { isQuantile || self == .readLatency || self == .writeLatency }

    /// A difference that is smaller means nothing to anybody, in the unit of what is compared: 5 thousandths of a core or of the time, 20 µs of
    /// a latency, 4 KiB a second, 1 MiB in memory, otherwise one, or one a second. Of what is never to be there, each counts.
    var leastDifference: Double {
        if isLatency { return 20_000 }
        if isCores { return 5 }
        switch self {
        case .lost, .breaches: return 0
        case .resident, .anonymous, .referenced, .proportional, .swap, .walked: return 1_048_576
        case .readBytes, .writeBytes, .sentBytes, .receivedBytes: return 4096
        default: return isTime ? 0.005 : 1
        }
    }

    /// For people, with its unit.
    ///
    /// - Parameter value: as it is compared.
    func shown(compared value: Double) -> String {
        switch self {
        case .lost, .breaches, .briefProcesses: return Figure.fixed(value, 3) + "/s"
        default: break
        }
        // So long that nothing of a rate is rounded away.
        var sample = RecordedSample(end: 0, length: 1000 * .perSecond)
        let isSum = fold == .sum && !isLatency
        let scaled = isSum ? value * (isTime ? Double(sample.length) : sample.length.seconds) : value
        sample[self] = Int64(exactly: scaled.rounded()) ?? .max
        if self == .readLatency { sample[.readRequests] = 1 }
        if self == .writeLatency { sample[.writeRequests] = 1 }
        return shown(of: sample)
    }
}
