internal import MeteModel

/// Conditions that must all hold, made ready for matching, with the component they stand for.
final class CompiledClause: Sendable {
    let component: ComponentID
    /// Set when each matching cgroup is a component of its own.
    let instances: TemplateInstances?
    /// The cheapest first.
    let processRules: [CompiledRule]
    let threadPatterns: [TextPattern]

    init(_ clause: MatchClause, of component: ComponentPolicy) throws(ExtendedRegexError) {
        self.component = component.id
        var processRules: [CompiledRule] = []
        var threadPatterns: [TextPattern] = []
        var instances: TemplateInstances?
        for rule in clause.rules {
            if case .thread(let pattern) = rule {
                threadPatterns.append(try TextPattern(pattern, of: .text))
            } else if component.isTemplate, instances == nil, case .cgroup(let pattern) = rule {
                instances = try TemplateInstances(of: component.id, pattern: pattern)
            } else if let compiled = try CompiledRule(rule) {
                processRules.append(compiled)
            }
        }
        self.instances = instances
        self.processRules = processRules.sorted { $0.cost < $1.cost }
        self.threadPatterns = threadPatterns.sorted { $0.cost < $1.cost }
    }

    /// The component of those threads of the process whose names match, or nil when the process itself does not.
    func component(of subject: inout Subject, lookup: ProcessLookup) -> ComponentID? {
        for rule in processRules {
            guard rule.holds(for: &subject, lookup: lookup) else { return nil }
        }
        guard let instances else { return component }
        return instances.instance(among: subject.cgroups)
    }
}
