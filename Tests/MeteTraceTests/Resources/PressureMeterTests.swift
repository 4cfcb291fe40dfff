import MeteModel
import MeteTestSupport
import Testing

@testable import MeteTrace

/// Stalls, from files as the kernel writes them.
struct PressureMeterTests {
    private static let one = ComponentID("one")
    private static let two = ComponentID("two")
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-pressure")
    }

    private func write(_ group: String, some: Int, full: Int, _ names: [String] = ["cpu", "memory", "io"]) throws {
        for name in names {
            let text = """
                some avg10=0.00 avg60=0.12 avg300=0.00 total=\(some)
                full avg10=0.00 avg60=0.00 avg300=0.00 total=\(full)

                """
            try folder.write(text, to: "\(group.dropFirst())/\(name).pressure")
        }
    }

    private func meter(_ resources: PressureMeter.Resources = [.cpu, .memory, .disk]) -> PressureMeter {
        PressureMeter(
            resources, hierarchy: UnifiedHierarchy(mountPoint: folder.path, root: "/"), machineFolder: folder.path)
    }

    private func pressure(_ some: Int64, _ full: Int64) -> Stalls.Pressure {
        Stalls.Pressure(some: some * 1000, full: full * 1000)
    }

    @Test func aGroupCountsFromItsFirstReadingOn() throws {
        try write("/a", some: 1000, full: 500)
        var meter = meter()
        let first = meter.read([("/a", Self.one)]) { true }
        #expect(
            first == [Self.one: Stalls(cpu: pressure(0, 0), memory: pressure(0, 0), disk: pressure(0, 0), groups: 1)])
        try write("/a", some: 1300, full: 510)
        let second = meter.read([("/a", Self.one)]) { true }
        let added = pressure(300, 10)
        #expect(second == [Self.one: Stalls(cpu: added, memory: added, disk: added, groups: 1)])
    }

    @Test func groupsOfAComponentAddUp() throws {
        var meter = meter(.memory)
        let owned = [("/a", Self.one), ("/b", Self.one), ("/c", Self.two)]
        for group in ["/a", "/b", "/c"] { try write(group, some: 0, full: 0) }
        _ = meter.read(owned) { true }
        try write("/a", some: 5, full: 1)
        try write("/b", some: 7, full: 2)
        let found = meter.read(owned) { true }
        #expect(found[Self.one] == Stalls(memory: pressure(12, 3), groups: 2))
        #expect(found[Self.two] == Stalls(memory: pressure(0, 0), groups: 1))
    }

    /// What stalled under the one is not the other's.
    @Test func aGroupThatChangesHandsBeginsAnew() throws {
        var meter = meter(.cpu)
        try write("/a", some: 0, full: 0)
        _ = meter.read([("/a", Self.one)]) { true }
        try write("/a", some: 100, full: 0)
        #expect(meter.read([("/a", Self.two)]) { true } == [Self.two: Stalls(cpu: pressure(0, 0), groups: 1)])
        try write("/a", some: 101, full: 0)
        #expect(meter.read([("/a", Self.two)]) { true }[Self.two]?.cpu == pressure(1, 0))
    }

    @Test func aGroupThatIsMadeAgainCountsFromNothing() throws {
        var meter = meter(.cpu)
        try write("/a", some: 900, full: 10)
        _ = meter.read([("/a", Self.one)]) { true }
        try write("/a", some: 30, full: 3)
        #expect(meter.read([("/a", Self.one)]) { true }[Self.one]?.cpu == pressure(30, 3))
    }

    @Test func whatThereIsNoTimeForIsReadNextTimeAndNothingIsLost() throws {
        var meter = meter(.cpu)
        let names = (0..<10).map { "/\($0)" }
        let owned = names.map { ($0, ComponentID($0)) }
        for name in names { try write(name, some: 0, full: 0) }
        _ = meter.read(owned) { true }
        for name in names { try write(name, some: 8, full: 0) }
        var total: [ComponentID: Nanoseconds] = [:]
        var readings = 0
        while readings < 4 {
            var left = 2
            let found = meter.read(owned) {
                left -= 1
                return left >= 0
            }
            #expect(found.count == 3)
            for (component, stalls) in found { total[component, default: 0] += stalls.cpu?.some ?? 0 }
            readings += 1
        }
        #expect(total.count == 10 && total.values.allSatisfy { $0 == 8000 }, "\(total)")
    }

    /// Windows too short for anything get on by a group each.
    @Test func noGroupWaitsForEver() throws {
        var meter = meter(.cpu)
        let owned = (0..<5).map { ("/\($0)", ComponentID("\($0)")) }
        for (name, _) in owned { try write(name, some: 0, full: 0) }
        let order = (0..<10).flatMap { _ in meter.read(owned) { false }.keys.map(\.name) }
        #expect(order == ["0", "1", "2", "3", "4", "0", "1", "2", "3", "4"])
    }

    @Test func whatTheKernelDoesNotSayIsNil() throws {
        var meter = meter()
        try write("/a", some: 1, full: 1, ["memory"])
        let found = meter.read([("/a", Self.one), ("/gone", Self.two)]) { true }
        #expect(found == [Self.one: Stalls(memory: pressure(0, 0), groups: 1)])
        #expect(meter.readMachine() == nil, "no files at all")
        var nowhere = PressureMeter(.cpu, hierarchy: nil, machineFolder: folder.path)
        #expect(nowhere.read([("/a", Self.one)]) { true }.isEmpty)
    }

    @Test func theMachinesIsTheDifferenceToTheReadingBefore() throws {
        var meter = meter(.cpu)
        try folder.write("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n", to: "cpu")
        #expect(meter.readMachine() == nil)
        try folder.write("some avg10=0.00 avg60=0.00 avg300=0.00 total=9\n", to: "cpu")
        #expect(meter.readMachine() == Stalls(cpu: pressure(2, 0), groups: 1), "no line `full` before Linux 5.13")
    }

    @Test(arguments: ["", "full avg10=0.00 total=5", "some avg10=0.00 total=x", "some", "nonsense\n\n"])
    func whatIsNoPressureFileIsNone(_ text: String) {
        #expect(Stalls.Pressure(file: text) == nil)
    }

    @Test func theMountOfTheHierarchyIsFound() throws {
        let whole = "35 25 0:30 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw"
        let found = try #require(UnifiedHierarchy(mountLine: whole))
        #expect(found.file("x", ofGroup: "/a/b") == "/sys/fs/cgroup/unified/a/b/x")
        #expect(found.file("x", ofGroup: "/") == "/sys/fs/cgroup/unified/x")
        #expect(found.file("x", ofGroup: "/../a") == nil, "outside of this process's namespace")
        let part = try #require(UnifiedHierarchy(mountLine: #"35 25 0:30 /box /mnt/a\040b rw - cgroup2 none rw"#))
        #expect(part.file("x", ofGroup: "/box/a") == "/mnt/a b/a/x" && part.file("x", ofGroup: "/box") == "/mnt/a b/x")
        #expect(part.file("x", ofGroup: "/boxes/a") == nil && part.file("x", ofGroup: "/") == nil)
        #expect(UnifiedHierarchy(mountLine: "35 25 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu") == nil)
        #expect(UnifiedHierarchy(mountLine: "") == nil && UnifiedHierarchy(mountLine: "- cgroup2") == nil)
    }

    @Test func theDoctorSaysWhereStallsAreToldAndWhatWouldHelp() throws {
        func finding(_ folder: String, _ mountPoint: String?) -> Support {
            StallSupport(folder: folder, hierarchy: mountPoint.map { UnifiedHierarchy(mountPoint: $0, root: "/") })
                .finding.support
        }
        let machine = "\(folder.path)/machine"
        let groups = "\(folder.path)/groups"
        try folder.makeFolder("machine")
        try folder.makeFolder("groups")
        guard case .unsupported(_, let remedy) = finding(machine, groups) else {
            Issue.record("it is not there")
            return
        }
        #expect(remedy.contains("psi=1"))
        try folder.write("some total=0\n", to: "machine/memory")
        for (mountPoint, word) in [(nil, "not mounted"), (groups, "no group")] {
            guard case .limited(let reason, _) = finding(machine, mountPoint) else {
                Issue.record("limited without groups")
                return
            }
            #expect(reason.contains(word))
        }
        try write("/groups/a", some: 0, full: 0)
        #expect(finding(machine, groups) == .supported)
    }
}
