import MeteControl
import MeteTestSupport

/// A folder that looks like a hierarchy with the cpu controller: groups by their paths, each with the values of a new one.
struct FakeCPUTree {
    let folder: TemporaryFolder
    let hierarchies: CgroupHierarchies

    init(_ version: CgroupHierarchy.Version, groups: [String], period: Int = 100_000) throws {
        folder = try TemporaryFolder(prefix: "mete-control")
        for group in [""] + groups {
            if version == .v1 {
                try folder.write("1024", to: "\(group)/cpu.shares")
                try folder.write("-1", to: "\(group)/cpu.cfs_quota_us")
                try folder.write("\(period)", to: "\(group)/cpu.cfs_period_us")
            } else {
                try folder.write("cpu", to: "\(group)/cgroup.controllers")
                try folder.write("cpu", to: "\(group)/cgroup.subtree_control")
                try folder.write("100", to: "\(group)/cpu.weight")
                try folder.write("max \(period)", to: "\(group)/cpu.max")
            }
        }
        let type = version == .v1 ? "cgroup cgroup rw,cpu" : "cgroup2 cgroup2 rw"
        let mountinfo = try folder.write("30 20 0:30 / \(folder.path) rw - \(type)\n", to: "mountinfo")
        hierarchies = .discover(mountinfo: mountinfo)
    }
}
