import MeteModel
import MeteTrace

/// Sixty-four hexadecimal digits, and their first twelve.
let containerID = "3f2a9c01d7e4b5a6978877665544332211ffeeddccbbaa99887766554433221f"
let shortContainerID = "3f2a9c01d7e4"

/// A process with defaults for all that a test does not care for.
func process(
    _ pid: Int32 = 1_000, parent: Int32 = 1, comm: String = "app", executable: String? = "/usr/bin/app",
    commandLine: String = "/usr/bin/app --serve", user: UInt32 = 1_000, cgroup: String = "/",
    controllers: String = ""
) -> ProcessFacts {
    ProcessFacts(
        pid: pid, parent: parent, comm: comm, executable: executable, commandLine: commandLine, user: user,
        cgroups: [CgroupMembership(controllers: controllers, path: cgroup)])
}

/// A policy of components in this order, each with its clauses; `rest` is added.
func policy(_ components: (name: String, clauses: [[MatchRule]])..., templates: Set<String> = []) -> Policy {
    var policy = Policy()
    policy.components = components.map { name, clauses in
        var component = ComponentPolicy(id: ComponentID(name))
        component.match = clauses.map { MatchClause(rules: $0) }
        component.isTemplate = templates.contains(name)
        return component
    }
    policy.components.append(ComponentPolicy(id: .rest))
    return policy
}

/// Finds processes in a list.
func lookup(_ processes: [ProcessFacts]) -> ProcessLookup {
    { pid in processes.first { $0.pid == pid } }
}
