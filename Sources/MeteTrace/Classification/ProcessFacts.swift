/// What classification is told of a process. Nothing here changes but by exec, a change of cgroup or user, and reparenting.
package struct ProcessFacts: Equatable, Sendable {
    package var pid: Int32
    /// Parent process; 0 for none.
    package var parent: Int32
    /// Name of the main thread, at most 15 bytes.
    package var comm: String
    /// Path of the executable; nil where there is none (kernel threads) or it cannot be read.
    package var executable: String?
    /// Arguments joined by single spaces; empty for kernel threads.
    package var commandLine: String
    /// Effective user id.
    package var user: UInt32
    /// One per hierarchy, v2 first; see `CgroupMembership.parse`.
    package var cgroups: [CgroupMembership]

    package init(
        pid: Int32, parent: Int32, comm: String, executable: String?, commandLine: String, user: UInt32,
        cgroups: [CgroupMembership]
    ) {
        self.pid = pid
        self.parent = parent
        self.comm = comm
        self.executable = executable
        self.commandLine = commandLine
        self.user = user
        self.cgroups = cgroups
    }

    /// Whether this is a thread of the kernel: kthreadd or a child of it, without a program.
    ///
    /// Inside a PID namespace, where process 2 is an ordinary one, its children have a program.
    package var isKernelThread: Bool {
        let descendsFromKernel = parent == 2 || (pid == 2 && parent == 0)
        return descendsFromKernel && executable == nil && commandLine.isEmpty
    }
}

/// Finds the facts of another process by its id; nil when it has ended or was never seen.
package typealias ProcessLookup = (_ pid: Int32) -> ProcessFacts?

extension ProcessFacts {
    /// The paths in those hierarchies for which `condition` holds, each once; most processes have the same in all.
    func distinctCgroupPaths(where condition: (CgroupMembership) -> Bool) -> [String] {
        var paths: [String] = []
        for membership in cgroups where condition(membership) && !paths.contains(membership.path) {
            paths.append(membership.path)
        }
        return paths
    }

    /// Walks up the ancestors, the nearest first, to the first for which `condition` holds.
    ///
    /// Gives up after 128 of them: ids read at different moments can form a circle when one is used again.
    func firstAncestor(lookup: ProcessLookup, where condition: (ProcessFacts) -> Bool) -> ProcessFacts? {
        var pid = parent
        for _ in 0..<128 {
            guard pid > 0, let ancestor = lookup(pid) else { return nil }
            if condition(ancestor) { return ancestor }
            pid = ancestor.parent
        }
        return nil
    }
}
