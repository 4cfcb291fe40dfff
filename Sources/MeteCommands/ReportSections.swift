import MeteModel
import MeteProtocol
import MeteText

/// What status and plan say alike below their components: nothing where there is nothing to say.
enum ReportSections {
    static func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", title] + lines
    }

    static func sharedThreads(of components: [ComponentReport]) -> [String] {
        section(
            "Threads that stay shared",
            components.flatMap { component in
                component.enforcement.sharedThreads.flatMap {
                    TextLines.wrapped("\(component.id.name)  \($0.name) (\($0.tid)): \($0.reason)", indent: 2)
                }
            })
    }

    static func notes(on components: [ComponentReport]) -> [String] {
        section(
            "Not in force as wanted",
            components.flatMap { component in
                component.enforcement.notes.flatMap { TextLines.wrapped("\(component.id.name)  \($0)", indent: 2) }
            })
    }

    static func problems(with policy: PolicyReport) -> [String] {
        section(
            "Named by the policy and not there",
            (policy.warnings ?? []).flatMap { TextLines.wrapped($0.text, indent: 2) })
            + section(
                "Policy not loaded; the one from before is in force",
                (policy.lastFailure?.problems ?? []).flatMap { TextLines.wrapped($0.text, indent: 2) })
    }
}
