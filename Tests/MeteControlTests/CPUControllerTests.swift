import Glibc
import MeteControl
import MeteModel
import MeteTestSupport
import Testing

/// The whole controller on a folder that looks like a cgroup hierarchy.
struct CPUControllerTests {
    private let start = Instant(nanoseconds: 0)

    private struct Bench {
        let tree: TemporaryFolder
        let state: TemporaryFolder
        let controller: CPUController

        init(_ version: CgroupHierarchy.Version, groups: [String]) throws {
            let fake = try FakeCPUTree(version, groups: groups)
            tree = fake.folder
            state = try TemporaryFolder(prefix: "mete-control")
            controller = try CPUController(hierarchies: fake.hierarchies, stateFolder: state.path)
        }
    }

    private func directive(_ name: String, _ cores: Double, maximum: Double? = nil, move: Bool = false) -> CPUDirective
    {
        CPUDirective(
            component: ComponentID(name), allotment: cores, plannedDemand: cores, mode: .shared, maximum: maximum,
            period: 100 * .perMillisecond, reclaim: false, mayMove: move)
    }

    private func members(_ groups: [(name: String, cgroup: String)]) -> [Membership] {
        groups.enumerated().map { index, group in
            Membership(
                component: ComponentID(group.name),
                processes: [ProcessRef(pid: Int32(1_000_000 + index), startTime: 1, cpuCgroup: group.cgroup)])
        }
    }

    @Test(arguments: [CgroupHierarchy.Version.v1, .v2])
    func weighsGroupsByTheirAllotments(version: CgroupHierarchy.Version) throws {
        let bench = try Bench(version, groups: ["s", "s/a", "s/b"])
        let outcome = bench.controller.apply(
            directives: [directive("a", 1.5), directive("b", 0.5), directive("rest", 2)],
            memberships: members([("a", "/s/a"), ("b", "/s/b"), ("rest", "/")]), capacity: 4, at: start)
        #expect(outcome.failures.isEmpty)
        let file = version == .v1 ? "cpu.shares" : "cpu.weight"
        let a = try #require(Double(try bench.tree.text("s/a/\(file)")))
        let b = try #require(Double(try bench.tree.text("s/b/\(file)")))
        #expect(abs(a / b - 3) < 0.05)
        // One session of the default weight stands for rest: half and half with s.
        #expect(try bench.tree.text("s/\(file)") == (version == .v1 ? "1024" : "100"))
        let status = try #require(bench.controller.status[ComponentID("a")])
        #expect(status.mode == .shared)
        #expect(status.weights.keys.sorted() == ["/s/a"])
    }

    @Test(arguments: [CgroupHierarchy.Version.v1, .v2])
    func dividesAComponentAmongItsGroupsByUse(version: CgroupHierarchy.Version) throws {
        let bench = try Bench(version, groups: ["x", "y"])
        var memberships = members([("a", "/x"), ("a", "/y"), ("rest", "/")])
        memberships[0].processes += memberships.remove(at: 1).processes
        memberships[0].hotThreads = zip(memberships[0].processes, [0.75, 0.25]).map { process, usage in
            ThreadLoad(
                thread: ThreadRef(tid: process.pid, pid: process.pid, startTime: 1), name: "a", usage: usage)
        }
        let outcome = bench.controller.apply(
            directives: [directive("a", 0.5, maximum: 0.8), directive("rest", 0.5)], memberships: memberships,
            capacity: 1,
            at: start)
        #expect(outcome.failures.isEmpty)
        let file = version == .v1 ? "cpu.shares" : "cpu.weight"
        let x = try #require(Double(try bench.tree.text("x/\(file)")))
        let y = try #require(Double(try bench.tree.text("y/\(file)")))
        // 0.1 + 0.8 * 3/4 of the share against 0.1 + 0.8 * 1/4, in whole weights.
        #expect(abs(x / y - 7.0 / 3) < 0.1)
        let cap = version == .v1 ? "cpu.cfs_quota_us" : "cpu.max"
        #expect(try bench.tree.text("x/\(cap)").hasPrefix("56000"))
        #expect(try bench.tree.text("y/\(cap)").hasPrefix("24000"))
    }

    @Test(arguments: [CgroupHierarchy.Version.v1, .v2])
    func writesNothingWhenNothingChanges(version: CgroupHierarchy.Version) throws {
        let bench = try Bench(version, groups: ["a"])
        let directives = [directive("a", 1, maximum: 2), directive("rest", 1)]
        let memberships = members([("a", "/a"), ("rest", "/")])
        let first = bench.controller.apply(directives: directives, memberships: memberships, capacity: 2, at: start)
        #expect(first.applied.count >= 1)
        for tick in 1...200 as ClosedRange<Nanoseconds> {
            let next = bench.controller.apply(
                directives: directives, memberships: memberships, capacity: 2, at: start + tick * .perSecond)
            #expect(next == Outcome())
        }
    }

    @Test(arguments: [CgroupHierarchy.Version.v1, .v2])
    func capsAndUncaps(version: CgroupHierarchy.Version) throws {
        let bench = try Bench(version, groups: ["a"])
        let memberships = members([("a", "/a"), ("rest", "/")])
        let file = version == .v1 ? "a/cpu.cfs_quota_us" : "a/cpu.max"
        let before = try bench.tree.text(file)
        _ = bench.controller.apply(
            directives: [directive("a", 1, maximum: 1.5)], memberships: memberships, capacity: 2, at: start)
        #expect(try bench.tree.text(file).hasPrefix("150000"))
        _ = bench.controller.apply(
            directives: [directive("a", 1)], memberships: memberships, capacity: 2, at: start + .perSecond)
        #expect(try bench.tree.text(file) == before)
    }

    @Test func aCapThatWasThereBeforeStaysOnceItIsGivenBack() throws {
        let bench = try Bench(.v1, groups: ["a"])
        try bench.tree.write("70000", to: "a/cpu.cfs_quota_us")
        let memberships = members([("a", "/a"), ("rest", "/")])
        _ = bench.controller.apply(
            directives: [directive("a", 1, maximum: 1.5)], memberships: memberships, capacity: 2, at: start)
        #expect(try bench.tree.text("a/cpu.cfs_quota_us") == "150000")
        for tick in 1...5 as ClosedRange<Nanoseconds> {
            _ = bench.controller.apply(
                directives: [directive("a", 1)], memberships: memberships, capacity: 2, at: start + tick * .perSecond)
            #expect(try bench.tree.text("a/cpu.cfs_quota_us") == "70000")
        }
    }

    @Test(arguments: [CgroupHierarchy.Version.v1, .v2])
    func releasesEverything(version: CgroupHierarchy.Version) throws {
        let bench = try Bench(version, groups: ["s", "s/a"])
        let file = version == .v1 ? "cpu.shares" : "cpu.weight"
        let before = try bench.tree.text("s/a/\(file)")
        _ = bench.controller.apply(
            directives: [directive("a", 1.25, maximum: 1), directive("rest", 0.25)],
            memberships: members([("a", "/s/a"), ("rest", "/")]), capacity: 2, at: start)
        #expect(try bench.tree.text("s/a/\(file)") != before)
        #expect(try bench.controller.release().isComplete)
        #expect(try bench.tree.text("s/a/\(file)") == before)
        #expect(try bench.controller.release().steps.isEmpty)
    }

    @Test func givesBackTheGroupOfAComponentThatIsNoLongerNamed() throws {
        let bench = try Bench(.v1, groups: ["a", "b"])
        let memberships = members([("a", "/a"), ("b", "/b"), ("rest", "/")])
        _ = bench.controller.apply(
            directives: [directive("a", 1), directive("b", 0.25), directive("rest", 0.5)], memberships: memberships,
            capacity: 2, at: start)
        #expect(try bench.tree.text("a/cpu.shares") != "1024")
        let fewer = members([("b", "/b"), ("rest", "/a")])
        _ = bench.controller.apply(
            directives: [directive("b", 0.25), directive("rest", 0.5)], memberships: fewer, capacity: 2, at: start)
        #expect(try bench.tree.text("a/cpu.shares") == "1024")
        #expect(try bench.tree.text("b/cpu.shares") != "1024")
    }

    @Test func yieldsAndNamesWhoseComponentItIs() throws {
        let bench = try Bench(.v1, groups: ["a"])
        let memberships = members([("a", "/a"), ("rest", "/")])
        _ = bench.controller.apply(
            directives: [directive("a", 1.5), directive("rest", 0.5)], memberships: memberships, capacity: 2, at: start)
        try bench.tree.write("77", to: "a/cpu.shares")
        _ = bench.controller.apply(
            directives: [directive("a", 0.5), directive("rest", 1.5)], memberships: memberships, capacity: 2, at: start)
        #expect(try bench.tree.text("a/cpu.shares") == "77")
        #expect(bench.controller.status[ComponentID("a")]?.yielded.map(\.found) == [.text("77")])
    }

    @Test func leavesToAnotherWriterWhatItDoesNotNeedAnyMore() throws {
        let bench = try Bench(.v1, groups: ["a", "b"])
        bench.controller.foreignHoldOff = 5 * .perSecond
        func apply(second: Nanoseconds, _ names: [String]) -> Outcome {
            bench.controller.apply(
                directives: names.map { directive($0, 1.5) } + [directive("rest", 0.5)],
                memberships: members(names.map { ($0, "/" + $0) } + [("rest", "/")]), capacity: 2,
                at: start + second * .perSecond)
        }
        _ = apply(second: 0, ["a", "b"])
        try bench.tree.write("77", to: "a/cpu.shares")
        #expect(apply(second: 1, ["a", "b"]).yielded.map(\.found) == [.text("77")])
        // Nobody of it is there for a while, which is no reason to take it back from them.
        _ = apply(second: 2, ["b"])
        _ = apply(second: 3, ["a", "b"])
        #expect(try bench.tree.text("a/cpu.shares") == "77")
        // Past the hold-off, too.
        for second in 4...9 as ClosedRange<Nanoseconds> { #expect(apply(second: second, ["b"]).failures.isEmpty) }
        #expect(try bench.tree.text("a/cpu.shares") == "77")
        let steps = try bench.controller.release().steps
        #expect(!steps.contains { $0.setting.path?.hasSuffix("a/cpu.shares") ?? false }, "it is not mete's any more")
        #expect(try bench.tree.text("a/cpu.shares") == "77")
    }

    @Test func takesBackAnUnchangedShareAfterTheHoldOff() throws {
        let bench = try Bench(.v1, groups: ["a"])
        bench.controller.foreignHoldOff = 10 * .perSecond
        func apply(second: Nanoseconds) -> Outcome {
            bench.controller.apply(
                directives: [directive("a", 1.5), directive("rest", 0.5)],
                memberships: members([("a", "/a"), ("rest", "/")]), capacity: 2, at: start + second * .perSecond)
        }
        _ = apply(second: 0)
        let wanted = try bench.tree.text("a/cpu.shares")
        try bench.tree.write("77", to: "a/cpu.shares")
        #expect(apply(second: 1).yielded.map(\.found) == [.text("77")])
        _ = apply(second: 10)
        #expect(try bench.tree.text("a/cpu.shares") == "77")
        _ = apply(second: 11)
        #expect(try bench.tree.text("a/cpu.shares") == wanted)
        #expect(bench.controller.status[ComponentID("a")]?.yielded.isEmpty == true)
    }

    /// A service that restarts between two ticks: its group has the same name and the kernel's values.
    @Test(arguments: [CgroupHierarchy.Version.v1, .v2])
    func weighsAGroupOfOthersThatIsMadeAgain(version: CgroupHierarchy.Version) throws {
        let bench = try Bench(version, groups: ["s", "s/a", "s/b"])
        let file = version == .v1 ? "cpu.shares" : "cpu.weight"
        let directives = [directive("a", 1.5, maximum: 1.5), directive("b", 0.25), directive("rest", 0.25)]
        var members = members([("a", "/s/a"), ("b", "/s/b"), ("rest", "/")])
        _ = bench.controller.apply(directives: directives, memberships: members, capacity: 2, at: start)
        let wanted = try bench.tree.text("s/a/\(file)")
        let cap = version == .v1 ? "s/a/cpu.cfs_quota_us" : "s/a/cpu.max"
        let wantedCap = try bench.tree.text(cap)
        let usual = version == .v1 ? "1024" : "100"
        #expect(wanted != usual)
        // Kept aside, so that its inode number is not used again, as the kernel never does.
        #expect(rename(bench.tree.file("s/a"), bench.tree.file("old")) == 0)
        try FakeCPUTree.makeGroup("s/a", version, in: bench.tree)
        #expect(try bench.tree.text("s/a/\(file)") == usual)
        members[0].processes[0].pid += 100
        let outcome = bench.controller.apply(
            directives: directives, memberships: members, capacity: 2, at: start + .perSecond)
        #expect(outcome.yielded.isEmpty)
        #expect(try bench.tree.text("s/a/\(file)") == wanted)
        #expect(try bench.tree.text(cap) == wantedCap)
        #expect(try bench.controller.release().isComplete)
        #expect(try bench.tree.text("s/a/\(file)") == usual)
    }

    @Test func oneComponentsRefusalLeavesTheOthersInForce() throws {
        let bench = try Bench(.v1, groups: ["a"])
        // A group without the controller's files.
        try KernelFile.makeFolder("\(bench.tree.path)/b")
        let outcome = bench.controller.apply(
            directives: [directive("a", 1.25), directive("b", 0.5), directive("rest", 0.25)],
            memberships: members([("a", "/a"), ("b", "/b"), ("rest", "/")]), capacity: 2, at: start)
        #expect(outcome.failures.count == 1)
        #expect(try bench.tree.text("a/cpu.shares") != "1024")
        #expect(bench.controller.status[ComponentID("b")]?.notes.isEmpty == false)
        #expect(bench.controller.status[ComponentID("a")]?.notes.isEmpty == true)
    }

    @Test func bringsBackWhatACrashedControllerLeft() throws {
        let tree = try TemporaryFolder(prefix: "mete-control")
        let state = try TemporaryFolder(prefix: "mete-control")
        try tree.write("1024", to: "a/cpu.shares")
        let mountinfo = try tree.write("30 20 0:30 / \(tree.path) rw - cgroup cgroup rw,cpu\n", to: "mountinfo")
        do {
            let first = try CPUController(hierarchies: .discover(mountinfo: mountinfo), stateFolder: state.path)
            _ = first.apply(
                directives: [directive("a", 1.5), directive("rest", 0.5)],
                memberships: members([("a", "/a"), ("rest", "/")]), capacity: 2, at: start)
        }
        #expect(try tree.text("a/cpu.shares") != "1024")
        let second = try CPUController(hierarchies: .discover(mountinfo: mountinfo), stateFolder: state.path)
        #expect(second.recovery?.isComplete == true)
        #expect(try tree.text("a/cpu.shares") == "1024")
    }
}
