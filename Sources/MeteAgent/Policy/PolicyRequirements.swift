import MeteControl
import MeteModel
import MetePolicy

/// Whether what a policy asks for can be had on this machine, beyond what its text can tell.
enum PolicyRequirements {
    /// The policy as it can be put in force: what is optional and cannot be had is left out.
    ///
    /// - Throws: `PolicyErrors`, one for each component that needs what is missing, with its line and the remedy.
    static func meet(_ policy: Policy, file: String, findings: [Finding]) throws(PolicyErrors) -> Policy {
        var met = policy
        var errors: [PolicyError] = []
        func missing(_ feature: String) -> (reason: String, remedy: String)? {
            guard case .unsupported(let reason, let remedy)? = findings.first(where: { $0.feature == feature })?.support
            else { return nil }
            return (reason, remedy)
        }
        let deadline = missing("SCHED_DEADLINE")
        let controller = missing("cpu controller")
        for (index, component) in policy.components.enumerated() {
            let field = component.field + ".cpu"
            func refuse(_ field: String, _ lack: (reason: String, remedy: String), _ alternative: String) {
                errors.append(
                    PolicyError(
                        file: file, line: component.line, column: 1, field: field,
                        problem: "\(component.id) needs what this machine lacks: \(lack.reason)",
                        remedy: "\(lack.remedy) \(alternative)"))
            }
            if component.cpu.mode == .reserved, let deadline {
                if component.cpu.modeIsOptional {
                    met.components[index].cpu.mode = .shared
                } else {
                    refuse("\(field).mode", deadline, "Or write `mode: { want: reserved, optional: true }`.")
                }
            }
            if met.components[index].cpu.mode == .shared, component.cpu.guarantee > 0 || component.cpu.maximum != nil,
                let controller
            {
                refuse(field, controller, "Or run without --enforce, which only observes.")
            }
        }
        guard errors.isEmpty else { throw PolicyErrors(errors: errors) }
        return met
    }
}
