import FoundationEssentials
import MeteModel
import MeteStore
import MeteText

/// Samples of a recording as lines, one for each.
struct QueryReport {
    private let metrics: [Metric]
    private let rows: RowReport

    init(metrics: [Metric], format: QueryFormat) {
        self.metrics = metrics
        rows = RowReport(Self.head(componentWidth: 28) + metrics.map(Self.column), format: format)
    }

    /// - Parameter component: nil for the machine.
    func print(_ component: ComponentID?, _ sample: RecordedSample) {
        rows.print(
            Self.head(component?.name ?? "machine", end: sample.end, length: sample.length)
                + metrics.map { .number(sample[$0], shown: $0.shown(of: sample)) })
    }

    /// Nothing more comes.
    func end() { rows.end() }

    /// When and whose: what lines about a time begin with.
    static func head(componentWidth: Int) -> [RowReport.Column] {
        [
            .init("end_ns", "END (UTC)", width: 23), .init("component", "COMPONENT", width: componentWidth),
            .init("length_ns", "SECONDS", width: 9, isNumber: true),
        ]
    }

    static func head(_ component: String, end: Int64, length: Nanoseconds) -> [RowReport.Cell] {
        [
            .number(end, shown: time(end)), .text(component),
            .number(length, shown: Figure.fixed(length.seconds, 3)),
        ]
    }

    static func column(_ metric: Metric) -> RowReport.Column {
        .init(metric.name, metric.name.uppercased(), width: max(10, metric.name.count), isNumber: true)
    }

    static func time(_ nanoseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(nanoseconds) / 1e9)
        return date.formatted(
            .iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: true))
    }
}

extension Metric {
    /// For people: cores, rates and durations; files get what was counted.
    func shown(of sample: RecordedSample) -> String {
        switch self {
        case .runTime, .runQueueDelay, .throttled, .disturbed, .callTime: Figure.fixed(sample.rate(of: self), 3)
        case .delayP50, .delayP99, .delayP999, .readP99, .writeP99, .callP50, .callP99:
            Figure.duration(sample[self] > 0 ? sample[self] : nil)
        case .readLatency: Figure.duration(sample[.readRequests] > 0 ? sample[self] / sample[.readRequests] : nil)
        case .writeLatency: Figure.duration(sample[.writeRequests] > 0 ? sample[self] / sample[.writeRequests] : nil)
        case .readBytes, .writeBytes, .sentBytes, .receivedBytes: Figure.bytes(sample.rate(of: self)) + "/s"
        case .capacity, .steal, .interrupts, .forecastMedian, .forecastP95, .allotted:
            Figure.fixed(Double(sample[self]) / 1000, 3)
        case .memoryStalledSome, .memoryStalledFull, .cpuStalledSome, .cpuStalledFull, .diskStalledSome,
            .diskStalledFull:
            Figure.fixed(100 * sample.rate(of: self), 1) + "%"
        case .resident, .anonymous, .referenced, .proportional, .swap, .walked: Figure.bytes(Double(sample[self]))
        case .threads, .processes, .lost, .cpus, .breaches, .briefProcesses: "\(sample[self])"
        default: Figure.fixed(sample.rate(of: self), 1) + "/s"
        }
    }
}
