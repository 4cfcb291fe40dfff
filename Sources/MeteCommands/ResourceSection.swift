import MeteModel
import MeteProtocol
import MeteText

/// What components use beside CPUs, in `mete status`: a row for each that used something in the last second.
enum ResourceSection {
    private static let columns = TableColumns([
        .init("COMPONENT", width: 21), .init("READ/S", width: 7, alignment: .right),
        .init("P99", width: 6, alignment: .right), .init("WRITTEN/S", width: 9, alignment: .right),
        .init("P99", width: 6, alignment: .right), .init("SENT/S", width: 7, alignment: .right),
        .init("RECEIVED/S", width: 10, alignment: .right), .init("RESIDENT", width: 8, alignment: .right),
        .init("CPU WAIT P99", width: 12, alignment: .right),
    ])

    /// Nothing in the first second, and where nothing but CPUs is traced.
    static func lines(of components: [ComponentReport]) -> [String] {
        let rows = components.flatMap { component -> [String] in
            guard let resources = component.resources, resources.isBusy else { return [] }
            return columns.row([component.id.name] + cells(of: resources))
        }
        return rows.isEmpty ? [] : ["", columns.header] + rows
    }

    private static func cells(of resources: ResourceReport) -> [String] {
        func amount(_ value: Double?) -> String { value.map(Figure.bytes) ?? "-" }
        func time(_ seconds: Double?) -> String { seconds.map { Figure.duration(Int64($0 * 1e9)) } ?? "-" }
        return [
            amount(resources.diskReads?.bytesPerSecond), time(resources.diskReads?.p99LatencySeconds),
            amount(resources.diskWrites?.bytesPerSecond), time(resources.diskWrites?.p99LatencySeconds),
            amount(resources.network?.sentBytesPerSecond), amount(resources.network?.receivedBytesPerSecond),
            amount(resources.memory.map { Double($0.residentBytes) }), time(resources.runQueueDelay?.p99Seconds),
        ]
    }
}

extension ResourceReport {
    fileprivate var isBusy: Bool {
        let amounts = [
            diskReads?.bytesPerSecond, diskWrites?.bytesPerSecond, network?.sentBytesPerSecond,
            network?.receivedBytesPerSecond, memory.map { Double($0.residentBytes) },
        ]
        return amounts.contains { ($0 ?? 0) > 0 } || runQueueDelay != nil
    }
}
