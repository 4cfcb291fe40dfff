import MeteControl
import MeteModel
import Testing

struct PlacerTests {
    private func member(_ name: String, _ processes: [(pid: Int32, cgroup: String)]) -> Membership {
        Membership(
            component: ComponentID(name),
            processes: processes.map { ProcessRef(pid: $0.pid, startTime: 0, cpuCgroup: $0.cgroup) })
    }

    private let placer = Placer(version: .v1)

    @Test func usesAGroupThatIsTheComponentsAlone() throws {
        let placements = placer.place([member("a", [(1, "/x"), (2, "/x")])], movable: [], looseCgroups: [:])
        let placement = try #require(placements[ComponentID("a")])
        #expect(placement.groups == ["/x"])
        #expect(placement.processes.isEmpty && placement.unmanaged.isEmpty && placement.ownGroup == nil)
    }

    @Test func leavesSharedGroupsAndTheRootAloneUnlessToldToMove() throws {
        let members = [member("a", [(1, "/x"), (2, "/")]), member("rest", [(3, "/x"), (4, "/")])]
        let staying = try #require(placer.place(members, movable: [], looseCgroups: [:])[ComponentID("a")])
        #expect(staying.groups.isEmpty)
        #expect(staying.unmanaged.count == 2)
        let moving = try #require(
            placer.place(members, movable: [ComponentID("a")], looseCgroups: [:])[ComponentID("a")])
        #expect(moving.groups == ["/mete/a"])
        #expect(moving.processes.map(\.pid) == [1, 2])
    }

    @Test func neverMovesRest() {
        let placements = placer.place([member("rest", [(1, "/")])], movable: [.rest], looseCgroups: [:])
        #expect(placements.isEmpty)
    }

    @Test(arguments: [CgroupHierarchy.Version.v1, .v2]) func movesLooseThreadsOnV1Only(version: CgroupHierarchy.Version)
        throws
    {
        let thread = ThreadRef(tid: 8, pid: 7, startTime: 0)
        let member = Membership(component: ComponentID("a"), looseThreads: [thread])
        let placements = Placer(version: version).place(
            [member], movable: [ComponentID("a")], looseCgroups: [thread: "/"])
        let placement = try #require(placements[ComponentID("a")])
        #expect(placement.threads == (version == .v1 ? [thread] : []))
        #expect(placement.unmanaged.isEmpty == (version == .v1))
    }

    @Test(arguments: [
        ("shop", "shop"), ("redis.service", "redis.service"), ("a/b", "a%2Fb"), ("tasks", "%tasks"),
        ("cpu.shares", "%cpu.shares"), (".", "%."), ("", "%"), ("a b%", "a%20b%25"), ("é", "%C3%A9"),
    ])
    func escapesNamesForTheKernel(name: String, group: String) {
        #expect(GroupName.escape(name) == group)
    }

    @Test func shortensLongNamesWithoutMixingThemUp() {
        let long = String(repeating: "x", count: 500)
        #expect(GroupName.escape(long).utf8.count <= 200)
        #expect(GroupName.escape(long + "a") != GroupName.escape(long + "b"))
    }
}
