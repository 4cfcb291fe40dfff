import MeteModel
import MeteProtocol

/// Which of the cgroups and units that a policy names are not there: a pure decision on what the caller knows of the machine.
struct PolicyAbsences {
    private struct Reference {
        var component: ComponentPolicy
        var name: String
        var isUnit: Bool
    }

    private let references: [Reference]

    init(_ policy: Policy) {
        references = policy.components.flatMap { component in
            component.match.flatMap(\.rules).compactMap { rule in
                switch rule {
                case .cgroup(.exact(let path)): Reference(component: component, name: path, isUnit: false)
                case .unit(.exact(let name)): Reference(component: component, name: name, isUnit: true)
                default: nil
                }
            }
        }
    }

    var units: Set<String> { Set(references.lazy.filter(\.isUnit).map(\.name)) }

    /// In the order of the policy.
    func problems(file: String, hasCgroup: (String) -> Bool, hasUnit: (String) -> Bool) -> [PolicyProblem] {
        references.compactMap { reference in
            guard !(reference.isUnit ? hasUnit(reference.name) : hasCgroup(reference.name)) else { return nil }
            let component = reference.component
            return PolicyProblem(
                file: file, line: component.line > 0 ? component.line : nil, field: "match",
                message: reference.isUnit
                    ? "\(component.id) names the unit \(reference.name), of which there is no cgroup"
                    : "\(component.id) names the cgroup \(reference.name), which is not there",
                remedy: reference.isUnit
                    ? "matches nothing until the unit is started; `systemctl status \(reference.name)` tells whether it exists"
                    : "matches nothing until it appears; /proc/PID/cgroup of a process tells the path it is in")
        }
    }
}
