import Testing

@testable import MeteTestSupport

struct CPUHierarchyTests {
    private static let v1 =
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct"
    private static let cpuset = "34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset"
    private static let v2 = "41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate"

    @Test
    func versionOneIsFoundByItsController() throws {
        let found = try CPUHierarchy.find(inMountInfo: [Self.cpuset, Self.v2, Self.v1].joined(separator: "\n")) { _ in
            "memory"
        }
        #expect(found == CPUHierarchy(version: .v1, mountPoint: "/sys/fs/cgroup/cpu,cpuacct"))
    }

    @Test
    func versionTwoIsFoundWhenItHasTheController() throws {
        let found = try CPUHierarchy.find(inMountInfo: Self.v2) { _ in "cpuset cpu io\n" }
        #expect(found == CPUHierarchy(version: .v2, mountPoint: "/sys/fs/cgroup"))
    }

    @Test
    func aMachineWithoutTheControllerHasNone() throws {
        #expect(try CPUHierarchy.find(inMountInfo: "\(Self.cpuset)\n\(Self.v2)\nshort line") { _ in "cpuset" } == nil)
    }
}
