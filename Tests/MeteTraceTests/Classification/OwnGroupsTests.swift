import MeteModel
import Testing

@testable import MeteTrace

/// Where mete puts its groups is where classification looks for them.
struct OwnGroupsTests {
    @Test(arguments: [("/", "/mete"), ("/docker/1f", "/docker/1f/mete")])
    func liesBelowTheVisibleRoot(root: String, path: String) {
        #expect(OwnGroup.path(below: root) == path)
        #expect(OwnGroup.contains(path, below: root))
        #expect(OwnGroup.contains(path + "/shop", below: root))
        #expect(!OwnGroup.contains(path + "ors/shop", below: root))
        #expect(!OwnGroup.contains("/other" + path, below: root))
    }

    @Test(arguments: [
        ("36 35 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw", "/"),
        ("48 47 0:29 /docker/1f /sys/fs/cgroup/cpu ro,relatime master:11 - cgroup cgroup rw,cpu", "/docker/1f"),
        ("22 28 0:21 / /proc rw,relatime - proc proc rw", nil), ("22 28 0:21", nil), ("", nil),
    ])
    func readsTheRootOfACgroupMount(line: String, root: String?) {
        #expect(OwnGroups.root(inMountLine: line) == root)
    }
}
