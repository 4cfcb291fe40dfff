import MeteModel
package import MeteProtocol
import MeteText

/// The text of `mete plan`, at most 100 columns wide: for every component what it would get, on which claims, and how that would be put
/// in force; then every write that would be made, and what would not be in force. A pure function of the report.
package struct PlanTable {
    package let text: String

    package init(_ report: RehearsalReport) {
        var lines = TextLines.wrapped(
            "tick \(report.tick): \(Figure.fixed(report.capacity.plannable, 2)) cores to share, in units of "
                + report.unit.brief)
        lines.append("")
        for component in report.components { lines += Self.lines(component) }
        for shortfall in report.shortfalls {
            lines += TextLines.wrapped(
                "\(shortfall.component): the capacity of the moment holds \(shortfall.planned.brief) of the "
                    + "\(shortfall.wanted.brief) cores guaranteed and wanted")
        }
        lines += ReportSections.section("Would be written, in this order", Self.writes(report))
        lines += ReportSections.sharedThreads(of: report.components)
        lines += ReportSections.notes(on: report.components)
        lines += ReportSections.problems(with: report.policy)
        text = lines.map { $0 + "\n" }.joined()
    }

    private static func lines(_ component: ComponentReport) -> [String] {
        guard let allotment = component.allotment else { return [] }
        let grants = allotment.grants.map { "\(Figure.fixed($0.amount, 3)) \($0.reason)" }.joined(separator: ", ")
        let quantile = Quantiles.label(of: component.class.planningQuantile)
        let forecast = component.forecast.map { ": \($0.reason)" } ?? ""
        return TextLines.wrapped(
            "\(component.id): \(Figure.fixed(allotment.amount, 3)) cores (\(allotment.units) units)")
            + TextLines.wrapped("= \(grants.isEmpty ? "nothing claimed" : grants)", indent: 2)
            + TextLines.wrapped(
                "demand \(Figure.fixed(component.demand, 3)), used \(Figure.fixed(component.usage, 3)); planned for "
                    + "\(Figure.fixed(allotment.plannedDemand, 3)) (\(quantile), \(allotment.source.words)\(forecast))",
                indent: 2)
            + TextLines.wrapped("\(allotment.changeReason); \(enforcement(component))", indent: 2)
    }

    private static func enforcement(_ component: ComponentReport) -> String {
        let enforcement = component.enforcement
        if component.id == .rest { return "nothing is set for the rest" }
        var parts: [String] = []
        if !enforcement.reservations.isEmpty {
            parts.append("reservations of \(enforcement.reservations.count) thread(s)")
        }
        if !enforcement.cgroups.isEmpty { parts.append("a weight of \(enforcement.cgroups.joined(separator: ", "))") }
        return parts.isEmpty ? "nothing would be in force" : "would be in force as " + parts.joined(separator: " and ")
    }

    private static func writes(_ report: RehearsalReport) -> [String] {
        if report.writes.isEmpty { return ["  Nothing: every setting stands as wanted, or is not to be set."] }
        return report.writes.flatMap { write in
            let component = write.component.map { "\($0): " } ?? ""
            return TextLines.wrapped("\(write.setting): \(write.standing) -> \(write.planned)", indent: 2)
                + TextLines.wrapped("\(component)\(write.reason)", indent: 6)
        }
    }
}
