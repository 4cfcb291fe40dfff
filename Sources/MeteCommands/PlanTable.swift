import MeteAgent
import MeteModel
import MeteProtocol
import MeteText
import MeteTrace

/// The text of `mete plan`: for every component what it would get, on which claims, and how that would be put in force.
struct PlanTable {
    let text: String

    init(_ snapshot: AgentSnapshot) {
        guard let plan = snapshot.plan else {
            text = "There is no plan yet.\n"
            return
        }
        var lines = [
            "tick \(snapshot.tick): \(Figure.fixed(plan.capacity, 2)) cores to share, in units of \(plan.unit.brief)",
            "",
        ]
        for (index, allotment) in plan.allotments.enumerated() where index < snapshot.components.count {
            lines += Self.lines(allotment, snapshot.window.samples[index], snapshot.components[index])
        }
        for shortfall in plan.shortfalls {
            lines += TextLines.wrapped(
                "\(shortfall.component): the capacity of the moment holds \(shortfall.planned.brief) of the "
                    + "\(shortfall.wanted.brief) cores guaranteed and wanted")
        }
        text = lines.map { $0 + "\n" }.joined()
    }

    private static func lines(
        _ allotment: Allotment, _ sample: UsageSample, _ component: AgentSnapshot.Component
    ) -> [String] {
        let grants = allotment.grants.map { "\(Figure.fixed($0.amount, 3)) \($0.claim.words)" }.joined(separator: ", ")
        let quantile = Quantiles.label(of: component.policy.class.planningQuantile)
        var lines = TextLines.wrapped(
            "\(allotment.component): \(Figure.fixed(allotment.amount, 3)) cores (\(allotment.units) units)")
        lines += TextLines.wrapped("= \(grants.isEmpty ? "nothing claimed" : grants)", indent: 2)
        lines += TextLines.wrapped(
            "demand \(Figure.fixed(sample.demand, 3)), used \(Figure.fixed(sample.usage, 3)); planned for "
                + "\(Figure.fixed(allotment.plannedDemand, 3)) (\(quantile), \(allotment.source.words)"
                + (component.forecast.map { ": \($0.reason)" } ?? "") + ")", indent: 2)
        lines += TextLines.wrapped("\(allotment.change.words); \(enforcement(component.policy))", indent: 2)
        return lines
    }

    private static func enforcement(_ policy: ComponentPolicy) -> String {
        if policy.id == .rest { return "nothing is set for the rest" }
        let place = policy.mayMove ? "in its own cgroup, or in mete/\(policy.id)" : "where it has a cgroup of its own"
        switch policy.cpu.mode {
        case .shared: return "would be in force as a weight \(place)"
        case .reserved:
            return "would be in force as reservations of its hot threads, and a weight \(place) for the others"
        }
    }
}
