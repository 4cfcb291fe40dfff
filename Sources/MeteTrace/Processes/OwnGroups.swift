import Glibc
import MeteModel

/// Keeps mete's own cgroups out of classification.
///
/// A process that mete moved there still belongs where it came from, so that a rule on cgroups does not stop matching because of
/// mete's own doing.
package enum OwnGroups {
    /// What stands at the mount points of this process's cgroup hierarchies: `/`, but in a container that shares the host's cgroup
    /// namespace. Read once: a hierarchy does not move under a process.
    private static let roots = readRoots()

    package static func contains(_ path: String) -> Bool {
        roots.contains { OwnGroup.contains(path, below: $0) }
    }

    private static func readRoots() -> Set<String> {
        var roots: Set<String> = ["/"]
        guard let file = fopen("/proc/self/mountinfo", "re") else { return roots }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line {
            if let root = root(inMountLine: String(cString: line)) { roots.insert(root) }
        }
        return roots
    }

    /// The root of a cgroup mount; nil for other mounts. Fields of a line: id, parent, device, root, mount point, options, optional fields,
    /// `-`, type (proc_pid_mountinfo(5)).
    static func root(inMountLine line: String) -> String? {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 1, dash > 3,
            fields[dash + 1] == "cgroup" || fields[dash + 1] == "cgroup2"
        else { return nil }
        return String(fields[3])
    }

    /// What classification is shown: `found`, with groups of mete's own replaced by those of `before` in the same hierarchy.
    static func masked(_ found: [CgroupMembership], before: [CgroupMembership]) -> [CgroupMembership] {
        found.map { membership in
            guard contains(membership.path) else { return membership }
            let home = before.first { $0.controllers == membership.controllers }
            return home ?? CgroupMembership(controllers: membership.controllers, path: "/")
        }
    }
}
