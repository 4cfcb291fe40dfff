import MeteModel
import MeteProtocol
import MeteText

/// For how long threads stood still for want of CPU, memory and disk, in `mete status`: a row for the machine and for each component of
/// which any did in the last second.
enum StallSection {
    private static let columns = TableColumns(
        [.init("STALLED FOR WANT OF", width: 28)]
            + ["CPU", "MEMORY", "DISK"].flatMap { lacked in
                [
                    .init("\(lacked), SOME", width: 12, alignment: .right),
                    .init("ALL", width: 7, alignment: .right),
                ]
            })

    static func lines(of report: StatusReport) -> [String] {
        var rows = row("(the machine)", report.stalls)
        for component in report.components { rows += row(component.id.name, component.resources?.stalls) }
        return rows.isEmpty ? [] : ["", columns.header] + rows
    }

    /// None of what did not stall.
    private static func row(_ name: String, _ stalls: StallReport?) -> [String] {
        let pressures = [stalls?.cpu, stalls?.memory, stalls?.disk]
        guard pressures.contains(where: { ($0?.some ?? 0) > 0 }) else { return [] }
        func share(_ share: Double?) -> String { share.map { Figure.fixed(100 * $0, 1) + "%" } ?? "-" }
        return columns.row([name] + pressures.flatMap { [share($0?.some), share($0?.full)] })
    }
}
