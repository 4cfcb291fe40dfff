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

    @Test(arguments: [CgroupHierarchy.Version.v1, .v2])
    func sendsHomeWhatMayNotStayInAGroupOfMetesOwn(version: CgroupHierarchy.Version) throws {
        let placer = Placer(version: version) { $0.hasPrefix("/mete/") }
        let thread = ThreadRef(tid: 8, pid: 7, startTime: 0)
        var divided = member("divided", [])
        divided.looseThreads = [thread]
        let members = [
            member("kept", [(1, "/mete/kept")]), member("stays", [(2, "/mete/stays")]), divided,
            member("rest", [(3, "/mete/removed"), (4, "/")]),
        ]
        let movable: Set = [ComponentID("kept"), ComponentID("renamed")]
        let strays = placer.strays(members, movable: movable, looseCgroups: [thread: "/mete/divided"])
        #expect(strays.processes.map(\.pid) == [2, 3])
        #expect(strays.threads == (version == .v1 ? [thread] : []))
        let placements = placer.place(members, movable: movable, looseCgroups: [thread: "/mete/divided"])
        #expect(placements[ComponentID("kept")]?.groups == ["/mete/kept"])
        #expect(placements[ComponentID("stays")]?.groups == [])
        #expect(placements[ComponentID("stays")]?.unmanaged == [], "it is on its way, and told of once it is there")
    }

    @Test func movesARenamedComponentOutOfItsOldGroup() throws {
        let placer = Placer(version: .v1) { $0.hasPrefix("/mete/") }
        let members = [member("new", [(1, "/mete/old"), (2, "/x")])]
        let movable: Set = [ComponentID("new")]
        let placement = try #require(placer.place(members, movable: movable, looseCgroups: [:])[ComponentID("new")])
        #expect(placement.groups == ["/mete/new", "/x"])
        #expect(placement.processes.map(\.pid) == [1])
        #expect(placer.strays(members, movable: movable, looseCgroups: [:]).processes.isEmpty)
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
