import MeteControl
import MeteModel
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
            tree = try TemporaryFolder()
            state = try TemporaryFolder()
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
        try bench.tree.file("a/cpu.shares", "1024")
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
        try bench.tree.file("a/cpu.max", "max  100000\n")
        let outcome = bench.executor.execute([bench.write("a/cpu.max", "max 100000")], at: now)
        #expect(outcome.skipped == 1)
        #expect(outcome.applied.isEmpty)
        #expect(bench.journal.contents.entries.isEmpty)
    }

    @Test func yieldsToAnotherWriterUntilTold() throws {
        let bench = try Bench()
        try bench.tree.file("a/cpu.shares", "1024")
        _ = bench.executor.execute([bench.write("a/cpu.shares", "2048")], at: now)
        try bench.tree.file("a/cpu.shares", "77")
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
        try bench.tree.file("a/cpu.shares", "1024")
        let write = bench.write("a/cpu.shares", "2048")
        _ = bench.executor.execute([write], at: now, holdOff: .perSecond)
        try bench.tree.file("a/cpu.shares", "77")
        _ = bench.executor.execute([bench.write("a/cpu.shares", "9")], at: now, holdOff: .perSecond)
        #expect(try bench.tree.text("a/cpu.shares") == "77")
        let outcome = bench.executor.execute([write], at: now + .perSecond, holdOff: .perSecond)
        #expect(outcome.applied.count == 1)
    }

    @Test func findsAForeignValueWithoutAPlan() throws {
        let bench = try Bench()
        try bench.tree.file("a/cpu.shares", "1024")
        _ = bench.executor.execute([bench.write("a/cpu.shares", "2048")], at: now)
        #expect(bench.executor.verify(budget: 4, at: now).isEmpty)
        try bench.tree.file("a/cpu.shares", "77")
        #expect(bench.executor.verify(budget: 4, at: now).map(\.found) == [.text("77")])
    }

    @Test func rollsBackOneComponentAndKeepsTheOther() throws {
        let bench = try Bench()
        for name in ["a/cpu.shares", "b/cpu.shares"] { try bench.tree.file(name, "1024") }
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
        try bench.tree.file("a/x", "1")
        try bench.tree.file("a/y/folder/z", "1")
        let group = Setting.group("\(bench.tree.path)/a/made")
        let writes = [
            Write(.file("\(bench.tree.path)/a/x"), .text("2"), scope: .plan),
            Write(group, .present, scope: .plan),
            // A folder where a file is expected: EISDIR.
            Write(.group("\(bench.tree.path)/a/x/impossible"), .present, scope: .plan),
        ]
        let outcome = bench.executor.execute(writes, at: now)
        #expect(outcome.rolledBack == [group, .file("\(bench.tree.path)/a/x")])
        #expect(outcome.applied.isEmpty)
        #expect(try bench.tree.text("a/x") == "1")
        #expect(bench.journal.contents.entries.isEmpty || bench.journal.contents.entries.count == 1)
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

    @Test func restoresAroundWhatAnotherWriterChanged() throws {
        let bench = try Bench()
        for name in ["a/x", "a/y"] { try bench.tree.file(name, "1") }
        _ = bench.executor.execute([bench.write("a/x", "2"), bench.write("a/y", "2")], at: now)
        try bench.tree.file("a/x", "theirs")
        let report = try Restoration(journal: bench.journal).run()
        #expect(report.isComplete)
        #expect(report.steps.map(\.action) == [.restored(.text("1")), .foreign(stands: .text("theirs"))])
        #expect(try bench.tree.text("a/x") == "theirs")
        #expect(try bench.tree.text("a/y") == "1")
    }

    @Test(arguments: [Errno.readOnly, .notPermitted, .busy, .invalid, .notSupported])
    func saysWhatToDoAboutEachRefusal(cause: Errno) {
        for setting in [Setting.file("/f"), .group("/g"), .scheduling(ThreadKey(id: 1, startTicks: 1))] {
            #expect(!setting.remedy(for: cause).isEmpty)
        }
    }
}
