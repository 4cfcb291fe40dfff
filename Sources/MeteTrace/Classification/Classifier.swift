package import MeteModel

/// Classifies by the rules of a policy: the first matching rule in the order of the file wins, and what none matches is in
/// `rest`.
///
/// A clause that asks for a thread's name is decided per thread; only processes for which such a clause could hold have
/// their thread names looked at. Costs about as much as comparing the facts with each clause's cheapest condition; the
/// expensive conditions of a clause (regular expressions, ancestors) are asked when the others hold.
package struct Classifier: Classifying {
    private let clauses: [CompiledClause]
    private let policies: [String: ComponentPolicy]
    package let dependsOnAncestors: Bool

    /// - Throws: for a regular expression that does not compile; a policy that was loaded from a file has none.
    package init(_ policy: Policy) throws(ExtendedRegexError) {
        var clauses: [CompiledClause] = []
        var policies: [String: ComponentPolicy] = [:]
        for component in policy.components {
            policies[component.id.name] = component
            for clause in component.match {
                clauses.append(try CompiledClause(clause, of: component))
            }
        }
        self.clauses = clauses
        self.policies = policies
        dependsOnAncestors = clauses.contains { $0.processRules.contains(where: \.dependsOnAncestors) }
    }

    package func assignment(of process: ProcessFacts, lookup: ProcessLookup) -> Assignment {
        var subject = Subject(process)
        var alternatives: [ThreadAssignment.Alternative] = []
        for clause in clauses {
            guard let component = clause.component(of: &subject, lookup: lookup) else { continue }
            if clause.threadPatterns.isEmpty { return Self.assignment(alternatives, otherwise: component) }
            alternatives.append(.init(component: component, patterns: clause.threadPatterns))
        }
        return Self.assignment(alternatives, otherwise: .rest)
    }

    /// The component's own entry, its template's for an instance, and plain defaults for what the policy does not name.
    package func policy(of component: ComponentID) -> ComponentPolicy {
        if let policy = policies[component.name] { return policy }
        let template = component.name.prefix { $0 != "/" }
        var policy = policies[String(template)] ?? ComponentPolicy(id: component)
        policy.id = component
        policy.isTemplate = false
        return policy
    }

    private static func assignment(
        _ alternatives: [ThreadAssignment.Alternative], otherwise: ComponentID
    ) -> Assignment {
        // Thread names matter only where they lead to different components.
        if alternatives.allSatisfy({ $0.component == otherwise }) { return .process(otherwise) }
        return .byThread(ThreadAssignment(alternatives: alternatives, otherwise: otherwise))
    }
}
