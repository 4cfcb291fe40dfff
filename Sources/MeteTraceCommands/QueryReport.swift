import FoundationEssentials
import MeteModel
import MeteStore
import MeteText

/// Samples of a recording as lines, one for each.
final class QueryReport {
    private let metrics: [Metric]
    private let format: QueryFormat
    private let columns: TableColumns
    private var hasHead = false

    init(metrics: [Metric], format: QueryFormat) {
        self.metrics = metrics
        self.format = format
        columns = TableColumns(
            [
                .init("END (UTC)", width: 23), .init("COMPONENT", width: 28),
                .init("SECONDS", width: 9, alignment: .right),
            ] + metrics.map { .init($0.name.uppercased(), width: max(10, $0.name.count), alignment: .right) })
    }

    /// - Parameter component: nil for the machine.
    func print(_ component: ComponentID?, _ sample: RecordedSample) {
        let name = component?.name ?? "machine"
        printHead()
        switch format {
        case .table:
            let cells =
                [Self.time(sample.end), name, Figure.fixed(sample.length.seconds, 3)]
                + metrics.map { $0.shown(of: sample) }
            for line in columns.row(cells) { Console.line(line) }
        case .csv:
            let values = metrics.map { "\(sample[$0])" }
            Console.line(
                (["\(sample.end)", CSVField.quoted(name), "\(sample.length)"] + values).joined(separator: ","))
        case .json:
            let values = metrics.map { "\"\($0.name)\":\(sample[$0])" }.joined(separator: ",")
            Console.line(
                "{\"end_ns\":\(sample.end),\"component\":\(JSONString.quoted(name)),\"length_ns\":\(sample.length),\(values)}"
            )
        }
    }

    private func printHead() {
        guard !hasHead else { return }
        hasHead = true
        switch format {
        case .table: Console.line(columns.header)
        case .csv: Console.line((["end_ns", "component", "length_ns"] + metrics.map(\.name)).joined(separator: ","))
        case .json: break
        }
    }

    /// Nothing more comes. Where nothing came there is a head without lines, and why.
    func end() {
        if !hasHead { Console.note("nothing of that is recorded in the time that was asked for") }
        printHead()
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
