import MeteControl
import MeteModel
import MeteTestSupport
import Testing

struct CgroupHierarchiesTests {
    private func discover(_ lines: [String]) throws -> CgroupHierarchies {
        let folder = try TemporaryFolder(prefix: "mete-control")
        return .discover(mountinfo: try folder.write(lines.joined(separator: "\n") + "\n", to: "mountinfo"))
    }

    @Test func findsAV1CpuMountBesideAV2WithoutControllers() throws {
        let tree = try TemporaryFolder(prefix: "mete-control")
        try tree.write("1024", to: "cpu,cpuacct/cpu.shares")
        try tree.write("", to: "unified/cgroup.controllers")
        let found = try discover([
            "29 31 0:29 / \(tree.path)/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
            "38 31 0:38 / \(tree.path)/unified rw shared:4 - cgroup2 cgroup2 rw",
        ])
        #expect(found.cpu == CgroupHierarchy(version: .v1, mountPoint: "\(tree.path)/cpu,cpuacct"))
        #expect(found.cpuFinding.support == .supported)
    }

    @Test func prefersV2WhereItHasTheController() throws {
        let tree = try TemporaryFolder(prefix: "mete-control")
        try tree.write("cpuset cpu io", to: "with space/cgroup.controllers")
        let found = try discover(["38 31 0:38 / \(tree.path)/with\\040space rw - cgroup2 cgroup2 rw"])
        #expect(found.cpu?.version == .v2)
        #expect(found.cpu?.mountPoint == "\(tree.path)/with space")
        #expect(found.cpuset?.version == .v2)
    }

    @Test func saysWhyAReadOnlyMountIsOfNoUse() throws {
        let tree = try TemporaryFolder(prefix: "mete-control")
        try tree.write("cpu", to: "v2/cgroup.controllers")
        let found = try discover(["38 31 0:38 / \(tree.path)/v2 ro,nosuid - cgroup2 cgroup2 rw"])
        guard case .unsupported(let reason, let remedy) = found.cpuFinding.support else {
            Issue.record("a read-only mount counts as usable")
            return
        }
        #expect(reason.contains("read-only"))
        #expect(!remedy.isEmpty)
    }

    @Test(arguments: [
        [], ["38 31 0:38 / /no/such/mount rw - cgroup2 cgroup2 rw"], ["damaged"], ["1 2 3:4 / /x rw - tmpfs t rw,cpu"],
    ])
    func saysWhenThereIsNoController(lines: [String]) throws {
        let found = try discover(lines)
        #expect(found.cpu == nil)
        if case .unsupported = found.cpuFinding.support {} else { Issue.record("\(found.cpuFinding)") }
    }

    @Test func saysWhenTheMountsCannotBeRead() {
        let found = CgroupHierarchies.discover(mountinfo: "/no/such/file")
        if case .unsupported = found.cpuFinding.support {} else { Issue.record("\(found.cpuFinding)") }
    }

    @Test func mapsCgroupsUnderAMountThatShowsAPart() {
        let part = CgroupHierarchy(version: .v2, mountPoint: "/sys/fs/cgroup", root: "/docker/x")
        #expect(part.folder(of: "/docker/x/app") == "/sys/fs/cgroup/app")
        #expect(part.folder(of: "/docker/x") == "/sys/fs/cgroup")
        #expect(CgroupHierarchy(version: .v2, mountPoint: "/c").folder(of: "/") == "/c")
    }

    @Test func findsCgroupsAndUnitsInTheHierarchiesThatHaveThem() throws {
        let tree = try TemporaryFolder(prefix: "mete-control")
        try tree.write("1024", to: "cpu/srv/shop/cpu.shares")
        try tree.write("1024", to: "cpu/system.slice/other.service/cpu.shares")
        try tree.write("", to: "systemd/system.slice/shop.service/tasks")
        try tree.write("", to: "systemd/system.slice/_cpu.service/tasks")
        let found = try discover([
            "29 31 0:29 / \(tree.path)/cpu rw,relatime - cgroup cgroup rw,cpu",
            "38 31 0:38 / \(tree.path)/systemd rw - cgroup cgroup rw,name=systemd",
        ])
        #expect(found.contains("/srv/shop") && found.contains("/system.slice/shop.service"))
        #expect(!found.contains("/srv/shops"))
        #expect(
            found.folders(ofUnits: ["shop.service", "cpu.service", "system.slice", "other.service", "none.service"])
                == [
                    "shop.service": "\(tree.path)/systemd/system.slice/shop.service",
                    "cpu.service": "\(tree.path)/systemd/system.slice/_cpu.service",
                    "system.slice": "\(tree.path)/systemd/system.slice",
                ])
    }
}
