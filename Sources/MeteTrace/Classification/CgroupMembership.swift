/// Where a process stands in one cgroup hierarchy.
package struct CgroupMembership: Hashable, Sendable {
    /// Which hierarchy this is: empty for v2, else the v1 controllers on it as /proc shows them, e.g. `cpu,cpuacct` or
    /// `name=systemd`.
    package var controllers: String
    /// Path from the root of the hierarchy, e.g. `/system.slice/redis.service`.
    package var path: String

    package init(controllers: String, path: String) {
        self.controllers = controllers
        self.path = path
    }

    /// Whether the groups of this hierarchy are made to tell services apart or to share out CPU.
    ///
    /// Other v1 hierarchies (pids, devices, memory, ...) are at times used by a supervisor of the whole machine, whose groups
    /// say nothing about components.
    var tellsComponentsApart: Bool {
        controllers.isEmpty || controllers == "name=systemd"
            || controllers.split(separator: ",").contains { $0 == "cpu" }
    }

    /// Reads what /proc/PID/cgroup holds, v2 first, then in the order of the file.
    ///
    /// Lines are `id:controllers:path` (cgroups(7)); a path may contain colons, and ends in ` (deleted)` where the group of a
    /// zombie is gone. Lines of another form are passed over: the kernel writes none.
    package static func parse(_ file: String) -> [CgroupMembership] {
        var unified: [CgroupMembership] = []
        var others: [CgroupMembership] = []
        for line in file.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].hasPrefix("/") else { continue }
            let deleted = " (deleted)"
            let path = fields[2].hasSuffix(deleted) ? fields[2].dropLast(deleted.count) : fields[2]
            let membership = CgroupMembership(controllers: String(fields[1]), path: String(path))
            if membership.controllers.isEmpty {
                unified.append(membership)
            } else {
                others.append(membership)
            }
        }
        return unified + others
    }
}
