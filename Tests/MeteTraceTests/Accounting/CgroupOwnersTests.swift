import Glibc
import MeteModel
import MeteTestSupport
import Testing

@testable import MeteTrace

/// Folders stand in for cgroups: what names both is the number of the folder.
struct CgroupOwnersTests {
    private let folder: TemporaryFolder
    private let hierarchy: IOHierarchy

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-owners")
        let line = "30 24 0:26 / \(folder.path) rw,relatime shared:9 - cgroup2 cgroup2 rw"
        hierarchy = try #require(IOHierarchy(mounts: line) { _ in "cpu io memory" })
    }

    private func id(_ group: String) throws -> UInt64 { try #require(hierarchy.id(ofGroup: group)) }

    private func process(_ component: String?, _ group: String) -> (
        component: ComponentID?, cgroups: [CgroupMembership]
    ) {
        (component.map { ComponentID($0) }, [CgroupMembership(controllers: "", path: group)])
    }

    private static let slots = [ComponentID("web"): 1, ComponentID("db"): 2]

    private func told(
        _ owners: inout CgroupOwners, _ processes: [(component: ComponentID?, cgroups: [CgroupMembership])]
    )
        -> [CgroupOwners.Change]
    {
        owners.changes(processes) { Self.slots[$0] }
    }

    @Test func aGroupOfOneComponentIsThatOnes() throws {
        for group in ["web.slice/a", "web.slice/b", "db.slice"] { try folder.makeFolder(group) }
        var owners = CgroupOwners(hierarchy)
        let processes = [
            process("web", "/web.slice/a"), process("web", "/web.slice/a"), process("web", "/web.slice/b"),
            process("db", "/db.slice"), process("db", "/"),
        ]
        #expect(
            told(&owners, processes) == [
                .set(id: try id("/db.slice"), slot: 2), .set(id: try id("/web.slice"), slot: 1),
                .set(id: try id("/web.slice/a"), slot: 1), .set(id: try id("/web.slice/b"), slot: 1),
            ])
        #expect(told(&owners, processes).isEmpty, "what has been told is not told again")
    }

    @Test func aGroupOfSeveralIsNobodys() throws {
        for group in ["all/web", "all/db", "all/both"] { try folder.makeFolder(group) }
        var owners = CgroupOwners(hierarchy)
        var processes = [process("web", "/all/web"), process("web", "/all/both")]
        #expect(told(&owners, processes).count == 3)
        processes += [process("db", "/all/db"), process("db", "/all/both")]
        #expect(
            told(&owners, processes) == [
                .forget(id: try id("/all")), .forget(id: try id("/all/both")), .set(id: try id("/all/db"), slot: 2),
            ])
        #expect(told(&owners, [process(nil, "/all/web")]).contains(.forget(id: try id("/all/web"))))
    }

    @Test func aGroupIsItsOwnersUntilItIsGone() throws {
        try folder.makeFolder("job")
        var owners = CgroupOwners(hierarchy)
        let number = try id("/job")
        #expect(told(&owners, [process("web", "/job")]) == [.set(id: number, slot: 1)])
        #expect(told(&owners, []).isEmpty, "its pages are written back after it has ended")
        #expect(rmdir(folder.file("job")) == 0)
        #expect(told(&owners, []) == [.forget(id: number)])
    }

    /// As systemd does: the group of a service goes with its last process, and its next start makes one of the same path.
    @Test func aGroupThatWasMadeAnewIsToldByItsNewNumber() throws {
        try folder.makeFolder("web.service")
        var owners = CgroupOwners(hierarchy)
        let old = try id("/web.service")
        #expect(told(&owners, [process("web", "/web.service")]) == [.set(id: old, slot: 1)])
        // Made while the old one is there, so that the number is another one also where numbers are used again.
        try folder.makeFolder("next")
        #expect(rmdir(folder.file("web.service")) == 0)
        #expect(rename(folder.file("next"), folder.file("web.service")) == 0)
        let new = try id("/web.service")
        #expect(new != old)
        #expect(
            told(&owners, [process("web", "/web.service")]) == [.forget(id: old), .set(id: new, slot: 1)])
        #expect(told(&owners, [process("web", "/web.service")]).isEmpty)
    }

    @Test func anotherSlotIsToldAnew() throws {
        try folder.makeFolder("job")
        var owners = CgroupOwners(hierarchy)
        let number = try id("/job")
        _ = told(&owners, [process("web", "/job")])
        let changes = owners.changes([process("web", "/job")]) { _ in 7 }
        #expect(changes == [.forget(id: number), .set(id: number, slot: 7)])
        #expect(owners.changes([process("web", "/job")]) { _ in nil } == [.forget(id: number)])
    }

    @Test func theHierarchyIsTheOneWithBlkioAndElseV2() throws {
        let unified = "31 24 0:27 / /cg/unified rw - cgroup2 cgroup2 rw"
        let blkio = "32 24 0:28 /docker/x /cg/blkio rw shared:3 - cgroup cgroup rw,blkio"
        let hybrid = try #require(IOHierarchy(mounts: unified + "\n" + blkio) { _ in "" })
        #expect(hybrid.mountPoint == "/cg/blkio" && !hybrid.isUnified && !hybrid.keepsOwnersOfPages)
        #expect(hybrid.id(ofGroup: "/elsewhere") == nil, "what is not mounted here has no number")
        let v2 = try #require(IOHierarchy(mounts: unified) { _ in "io" })
        #expect(v2.isUnified && !v2.keepsOwnersOfPages, "pages are memory's")
        #expect(IOHierarchy(mounts: "33 24 0:29 / /tmp rw - tmpfs tmpfs rw") { _ in "" } == nil)
    }
}
