import Glibc
import MeteModel
import MeteTrace

/// Makes the agent a component of its own, beside those of the policy or of discovery.
///
/// So its cost is in every report, and it competes inside mete's groups rather than beside them: as a thread of the root group it would be
/// weighed against all of mete's groups together, which batch work has used up, and services in them would wait behind it.
struct OwnComponent: Classifying {
    private var others: any Classifying
    private let pid = getpid()

    init(beside others: any Classifying) {
        self.others = others
    }

    mutating func assignment(of process: ProcessFacts, lookup: ProcessLookup) -> Assignment {
        process.pid == pid ? .process(.mete) : others.assignment(of: process, lookup: lookup)
    }

    func policy(of component: ComponentID) -> ComponentPolicy {
        guard component == .mete else { return others.policy(of: component) }
        var policy = ComponentPolicy(id: .mete)
        // Its forecast is served before others': without it, theirs are worth nothing.
        policy.priority = 1000
        policy.mayMove = true
        return policy
    }

    var dependsOnAncestors: Bool { others.dependsOnAncestors }
}
