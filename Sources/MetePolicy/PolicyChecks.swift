internal import MeteModel

/// What can only be seen with all components together: names given twice, guarantees that do not fit, rules that never decide.
struct PolicyChecks {
    let components: [ComponentReader]
    /// Grain of an allotment in cores.
    let unit: Double
    /// Cores to share.
    let capacity: Double

    /// - Parameter list: the field `components`.
    func report(to list: Field) {
        reportDuplicateNames()
        reportUnreachable()
        reportUnitsWithoutRoom()
        reportOvercommitment()
    }

    private func reportDuplicateNames() {
        var lines: [ComponentID: Int] = [:]
        for component in components {
            guard let name = component.name else { continue }
            if let line = lines[component.policy.id] {
                name.fail("\(name.quoted) is the name of the component in line \(line) too", "give each its own name")
            } else {
                lines[component.policy.id] = component.policy.line
            }
        }
    }

    /// A clause never decides when one before it asks for nothing more than it does.
    private func reportUnreachable() {
        var earlier: [Set<MatchRule>: ComponentPolicy] = [:]
        for component in components {
            let policy = component.policy
            let blockers = policy.match.map { clause in
                Self.subsets(of: clause.rules).lazy.compactMap { earlier[$0] }.first
            }
            if let blocker = blockers.first ?? nil, blockers.allSatisfy({ $0 != nil }) {
                component.match?.fail(
                    "never decides: all that it matches belongs to \(blocker.id), line \(blocker.line), which comes first",
                    "move the component up or change one of the matches")
            }
            // Some of what a template's pattern matches may be in no instance.
            guard !policy.isTemplate else { continue }
            for clause in policy.match where earlier[Set(clause.rules)] == nil { earlier[Set(clause.rules)] = policy }
        }
    }

    /// All sets of one or more of a clause's rules; there are at most nine kinds of rule.
    private static func subsets(of rules: [MatchRule]) -> [Set<MatchRule>] {
        rules.reduce([[]]) { sets, rule in sets + sets.map { $0.union([rule]) } }.filter { !$0.isEmpty }
    }

    /// Allotments are whole units, so one has to fit between the guarantee and the maximum.
    private func reportUnitsWithoutRoom() {
        for component in components {
            let cpu = component.policy.cpu
            guard let maximum = cpu.maximum, maximum >= cpu.guarantee else { continue }
            let hasRoom = { (unit: Double) in
                let most = Self.whole(maximum, unit, .down)
                return most >= 1 && most >= Self.whole(cpu.guarantee, unit, .up)
            }
            guard !hasRoom(unit) else { continue }
            component.cpu?.maximum?.fail(
                "no whole number of units of \(unit.plain) cores lies between the guarantee \(cpu.guarantee.plain) "
                    + "and max \(maximum.plain)",
                remedy(finerWhere: hasRoom, otherwise: "raise max"))
        }
    }

    /// Reports where the sum first exceeds the capacity: as written, else when each is rounded up to whole units.
    private func reportOvercommitment() {
        let parts = components.filter { $0.policy.cpu.guarantee > 0 }
        let sum = parts.reduce(0) { $0 + $1.policy.cpu.guarantee }
        if sum > capacity + 1e-9 {
            place(of: parts) { $0.policy.cpu.guarantee }?.fail(
                "the guarantees sum to \(sum.plain) cores and there are \(capacity.plain): "
                    + addends(parts) { $0.policy.cpu.guarantee },
                "lower them by \((sum - capacity).plain) in all")
            return
        }
        let fits = { (unit: Double) in
            let units = parts.reduce(0) { $0 + Self.whole($1.policy.cpu.guarantee, unit, .up) }
            return units <= Self.whole(capacity, unit, .down)
        }
        guard !fits(unit) else { return }
        let rounded = { (part: ComponentReader) in Self.whole(part.policy.cpu.guarantee, unit, .up) * unit }
        place(of: parts, rounded)?.fail(
            "rounded up to whole units of \(unit.plain) cores, the guarantees sum to "
                + "\(parts.reduce(0) { $0 + rounded($1) }.plain) cores and there are \(capacity.plain): "
                + addends(parts, rounded),
            remedy(finerWhere: fits, otherwise: "lower the guarantees"))
    }

    private func addends(_ parts: [ComponentReader], _ amount: (ComponentReader) -> Double) -> String {
        parts.map { "\($0.policy.id) \(amount($0).plain)" }.joined(separator: " + ")
    }

    /// The guarantee with which the sum passes the capacity.
    private func place(of parts: [ComponentReader], _ amount: (ComponentReader) -> Double) -> Field? {
        var sum = 0.0
        let first = parts.first { part in
            sum += amount(part)
            return sum > capacity + 1e-9
        }
        return (first ?? parts.last)?.cpu?.guarantee
    }

    private func remedy(finerWhere fits: (Double) -> Bool, otherwise: String) -> String {
        let grains = [0.1, 0.0625, 0.05, 0.025, 0.02, 0.01, 0.005, 0.002, 0.001]
        guard let finer = grains.first(where: { $0 < unit && fits($0) }) else { return otherwise }
        return "write a finer unit, e.g. `units: { cpu: \(finer.plain) }`, or \(otherwise)"
    }

    /// Whole units in an amount, forgiving what decimal fractions lose in binary.
    private static func whole(_ amount: Double, _ unit: Double, _ rule: FloatingPointRoundingRule) -> Double {
        let slack = rule == .up ? -1e-6 : 1e-6
        return (amount / unit + slack).rounded(rule)
    }
}
