import Glibc
import MeteControl
import MeteModel
import MeteTestSupport
import Testing

/// On folders that look like cgroups: what a kernel cannot easily be made to show.
struct ExecutorTests {
    private let now = Instant(nanoseconds: 0)

    private struct Bench {
        let tree: TemporaryFolder
        let state: TemporaryFolder
        let journal: Journal
        let executor: Executor

        init() throws {
            tree = try TemporaryFolder(prefix: "mete-control")
            state = try TemporaryFolder(prefix: "mete-control")
            journal = try Journal(folder: StateFolder(state.path), bootID: "boot")
            executor = Executor(journal: journal)
        }

        func write(_ name: String, _ text: String, _ component: String = "a") -> Write {
            let id = ComponentID(component)
            return Write(.file("\(tree.path)/\(name)"), .text(text), scope: .component(id), component: id)
        }
    }

    @Test func writesAndRestores() throws {
        let bench = try Bench()
        try bench.tree.write("1024", to: "a/cpu.shares")
        let outcome = bench.executor.execute([bench.write("a/cpu.shares", "2048")], at: now)
        #expect(outcome.applied.count == 1)
        #expect(try bench.tree.text("a/cpu.shares") == "2048")
        let report = try Restoration(journal: bench.journal).run()
        #expect(report.steps.map(\.action) == [.restored(.text("1024"))])
        #expect(try bench.tree.text("a/cpu.shares") == "1024")
        #expect(try Restoration(journal: bench.journal).run().steps.isEmpty)
        #expect(!KernelFile.exists("\(bench.state.path)/\(Journal.fileName)"))
    }

    @Test func skipsWhatIsAlreadyWanted() throws {
        let bench = try Bench()
        try bench.tree.write("max  100000\n", to: "a/cpu.max")
        let outcome = bench.executor.execute([bench.write("a/cpu.max", "max 100000")], at: now)
        #expect(outcome.standing.count == 1)
        #expect(outcome.applied.isEmpty)
        #expect(bench.journal.contents.entries.isEmpty)
    }

    @Test func yieldsToAnotherWriterUntilTold() throws {
        let bench = try Bench()
        try bench.tree.write("1024", to: "a/cpu.shares")
        _ = bench.executor.execute([bench.write("a/cpu.shares", "2048")], at: now)
        try bench.tree.write("77", to: "a/cpu.shares")
        let outcome = bench.executor.execute([bench.write("a/cpu.shares", "4096")], at: now)
        #expect(outcome.yielded.map(\.found) == [.text("77")])
        #expect(outcome.yielded.map(\.left) == [.text("2048")])
        #expect(try bench.tree.text("a/cpu.shares") == "77")
        let later = bench.executor.execute([bench.write("a/cpu.shares", "4096")], at: now + 3_600 * .perSecond)
        #expect(later.yielded.count == 1)

        bench.executor.takeBack(.file("\(bench.tree.path)/a/cpu.shares"))
        _ = bench.executor.execute([bench.write("a/cpu.shares", "4096")], at: now)
        #expect(try bench.tree.text("a/cpu.shares") == "4096")
        // What the other writer wanted is now what there was before mete.
        _ = try Restoration(journal: bench.journal).run()
        #expect(try bench.tree.text("a/cpu.shares") == "77")
    }

    @Test func takesASettingUpAgainAfterTheHoldOff() throws {
        let bench = try Bench()
        try bench.tree.write("1024", to: "a/cpu.shares")
        let write = bench.write("a/cpu.shares", "2048")
        _ = bench.executor.execute([write], at: now, holdOff: .perSecond)
        try bench.tree.write("77", to: "a/cpu.shares")
        _ = bench.executor.execute([bench.write("a/cpu.shares", "9")], at: now, holdOff: .perSecond)
        #expect(try bench.tree.text("a/cpu.shares") == "77")
        let outcome = bench.executor.execute([write], at: now + .perSecond, holdOff: .perSecond)
        #expect(outcome.applied.count == 1)
    }

    @Test func findsAForeignValueWithoutAPlan() throws {
        let bench = try Bench()
        try bench.tree.write("1024", to: "a/cpu.shares")
        _ = bench.executor.execute([bench.write("a/cpu.shares", "2048")], at: now)
        #expect(bench.executor.verify(budget: 4, at: now).isEmpty)
        try bench.tree.write("77", to: "a/cpu.shares")
        #expect(bench.executor.verify(budget: 4, at: now).map(\.found) == [.text("77")])
    }

    @Test func rollsBackOneComponentAndKeepsTheOther() throws {
        let bench = try Bench()
        for name in ["a/cpu.shares", "b/cpu.shares"] { try bench.tree.write("1024", to: name) }
        let outcome = bench.executor.execute(
            [
                bench.write("a/cpu.shares", "2048", "a"), bench.write("b/cpu.shares", "512", "b"),
                bench.write("a/missing", "1", "a"), bench.write("a/cpu.shares", "9", "a"),
            ], at: now)
        #expect(outcome.failures.map(\.error.cause) == [.notSupported])
        #expect(try bench.tree.text("a/cpu.shares") == "1024")
        #expect(try bench.tree.text("b/cpu.shares") == "512")
    }

    @Test func rollsBackInReverseOrderWhenThePlanIsOne() throws {
        let bench = try Bench()
        try bench.tree.write("1", to: "a/x")
        let group = Setting.group("\(bench.tree.path)/a/made")
        // Below a file: ENOTDIR.
        let impossible = Setting.group("\(bench.tree.path)/a/x/impossible")
        let writes = [
            Write(.file("\(bench.tree.path)/a/x"), .text("2"), scope: .plan),
            Write(group, .present, scope: .plan),
            Write(impossible, .present, scope: .plan),
        ]
        let outcome = bench.executor.execute(writes, at: now)
        #expect(outcome.rolledBack == [group, .file("\(bench.tree.path)/a/x")])
        #expect(outcome.applied.isEmpty)
        #expect(try bench.tree.text("a/x") == "1")
        #expect(!KernelFile.exists("\(bench.tree.path)/a/made"))
        // A write that failed may have done something: it stays in the journal until a restoration has looked.
        #expect(Array(bench.journal.contents.entries.keys) == [impossible])
    }

    @Test func countsWhatEndedMeanwhileAsGone() throws {
        let bench = try Bench()
        let thread = Setting.scheduling(ThreadKey(id: 1, startTicks: .max))
        let outcome = bench.executor.execute(
            [
                bench.write("no-such-group/cpu.shares", "2"),
                Write(thread, .scheduling(SchedulingAttributes(policy: 0)), scope: .alone),
            ], at: now)
        #expect(outcome.gone.count == 2)
        #expect(outcome.failures.isEmpty)
    }

    /// Whichever sees first that it has ended.
    @Test(arguments: [true, false]) func strikesOutWhatHasEnded(isVerifiedFirst: Bool) throws {
        let bench = try Bench()
        try bench.tree.write("1024", to: "a/cpu.shares")
        try bench.tree.write("1024", to: "b/cpu.shares")
        _ = bench.executor.execute([bench.write("a/cpu.shares", "2048")], at: now)
        #expect(bench.journal.contents.entries.count == 1)
        try #require(unlink("\(bench.tree.path)/a/cpu.shares") == 0 && rmdir("\(bench.tree.path)/a") == 0)
        if isVerifiedFirst { #expect(bench.executor.verify(budget: 4, at: now).isEmpty) }
        // What verify has seen needs no plan that names it.
        let ended = isVerifiedFirst ? [] : [bench.write("a/cpu.shares", "1024")]
        let outcome = bench.executor.execute(ended + [bench.write("b/cpu.shares", "2048")], at: now)
        #expect(outcome.gone.count == ended.count)
        #expect(Array(bench.journal.contents.entries.keys) == [.file("\(bench.tree.path)/b/cpu.shares")])
    }

    @Test(arguments: [("100", "max 100000", true), ("50", "max 100000", false), ("100", "50000 100000", false)])
    func leavesAControllerHandedDownThatOthersHaveComeToUse(weight: String, cap: String, isWithdrawn: Bool) throws {
        let bench = try Bench()
        let file = try bench.tree.write("cpu", to: "cgroup.subtree_control")
        let setting = Setting.controller(file: file, name: "cpu")
        try bench.journal.register([(setting: setting, old: .absent)])
        try bench.journal.intend(setting, .present)
        try bench.tree.write(weight, to: "theirs/cpu.weight")
        try bench.tree.write(cap, to: "theirs/cpu.max")
        let report = try Restoration(journal: bench.journal).run()
        #expect(report.steps.map(\.action) == [isWithdrawn ? .restored(.absent) : .inUse])
        #expect(try bench.tree.text("cgroup.subtree_control") == (isWithdrawn ? "-cpu" : "cpu"))
    }

    @Test func restoresAroundWhatAnotherWriterChanged() throws {
        let bench = try Bench()
        for name in ["a/x", "a/y"] { try bench.tree.write("1", to: name) }
        _ = bench.executor.execute([bench.write("a/x", "2"), bench.write("a/y", "2")], at: now)
        try bench.tree.write("theirs", to: "a/x")
        let report = try Restoration(journal: bench.journal).run()
        #expect(report.isComplete)
        #expect(report.steps.map(\.action) == [.restored(.text("1")), .foreign(stands: .text("theirs"))])
        #expect(try bench.tree.text("a/x") == "theirs")
        #expect(try bench.tree.text("a/y") == "1")
    }

    private static let thread = ThreadKey(id: 1, startTicks: 1)
    private static let cpu = CgroupHierarchy(version: .v2, mountPoint: "/cpu")

    @Test(arguments: [
        (Setting.file("/f"), Errno.readOnly, "mounted read-only"), (.file("/f"), .notPermitted, "Run as root"),
        (.file("/f"), .accessDenied, "Run as root"), (.file("/f"), .invalid, "does not take this value"),
        (.file("/f"), .notSupported, "not handed down"), (.group("/g"), .busy, "still in it"),
        (.group("/g"), .notEmpty, "still in it"),
        (.controller(file: "/f", name: "cpu"), .busy, "both processes and child groups"),
        (.processGroup(thread, in: cpu), .invalid, "real-time budget"),
        (.processGroup(thread, in: cpu), .notSupported, "threaded"),
        (.threadGroup(thread, in: cpu), .invalid, "real-time budget"),
        (.scheduling(thread), .notPermitted, "widen its affinity"),
        (.scheduling(thread), .busy, "`mete doctor` lists"), (.scheduling(thread), .invalid, "Choose a period"),
        (.scheduling(thread), .exists, "`mete doctor` says"),
    ])
    func saysWhatToDoAboutEachRefusal(setting: Setting, cause: Errno, says: String) {
        #expect(setting.remedy(for: cause).contains(says))
    }
}
