import MeteControl
import MeteTestSupport

/// A folder that looks like a hierarchy with the cpu controller: groups by their paths, each with the values of a new one.
struct FakeCPUTree {
    let folder: TemporaryFolder
    let hierarchies: CgroupHierarchies

    init(_ version: CgroupHierarchy.Version, groups: [String], period: Int = 100_000) throws {
        folder = try TemporaryFolder(prefix: "mete-control")
        for group in [""] + groups { try Self.makeGroup(group, version, in: folder, period: period) }
        let type = version == .v1 ? "cgroup cgroup rw,cpu" : "cgroup2 cgroup2 rw"
        let mountinfo = try folder.write("30 20 0:30 / \(folder.path) rw - \(type)\n", to: "mountinfo")
        hierarchies = .discover(mountinfo: mountinfo)
    }

    /// Makes a group with the values of a new one.
    static func makeGroup(
        _ group: String, _ version: CgroupHierarchy.Version, in folder: TemporaryFolder, period: Int = 100_000
    ) throws {
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
}
