import CMeteWire
import MeteModel
import Testing

@testable import MeteTrace

/// What is said of processes, and when.
struct DescriptionTests {
    private static let second: Nanoseconds = .perSecond

    private func script(_ facts: [Int32: FakeProcess] = [:]) throws -> RecordScript {
        try RecordScript([ComponentPolicy("app", .comm(.exact("app")))], facts: facts, describes: true)
    }

    private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Nanoseconds(seconds * 1e9)) }

    @Test func aProcessIsDescribedOnceAndAgainWhenItsLibrariesAreKnown() throws {
        let group = "/system.slice/docker-\(containerID).scope"
        var script = try script([
            7: FakeProcess(
                executable: "/bin/app", commandLine: "app --serve", cgroup: group, libraries: ["/lib/libc.so.6"])
        ])
        script.send(METE_RECORD_USAGE, 7, of: 7, parent: 3, start: 50, name: "app", user: 33)
        let first = script.accountant.takeProcessChanges()
        var expected = ProcessDescription(
            pid: 7, start: 50, component: ComponentID("app"), parent: 3, name: "app", executable: "/bin/app",
            commandLine: "app --serve", user: 33, cgroup: group, unit: "docker-\(containerID).scope",
            container: containerID)
        #expect(first.described == [expected])
        #expect(script.accountant.takeProcessChanges().described.isEmpty)

        script.accountant.readLibraries(now: at(10)) { true }
        #expect(script.accountant.takeProcessChanges().described.isEmpty, "the dynamic linker may not be done")
        script.accountant.readLibraries(now: at(11)) { true }
        expected.libraries = ["/lib/libc.so.6"]
        #expect(script.accountant.takeProcessChanges().described == [expected])
        script.accountant.readLibraries(now: at(12)) { true }
        #expect(script.accountant.takeProcessChanges().described.isEmpty)
    }

    @Test func anExecMakesItAnotherProgramWithLibrariesOfItsOwn() throws {
        var script = try script([7: FakeProcess(executable: "/bin/sh", libraries: ["/lib/old.so"])])
        script.send(METE_RECORD_USAGE, 7, of: 7)
        script.accountant.readLibraries(now: at(1)) { true }
        script.accountant.readLibraries(now: at(2)) { true }
        _ = script.accountant.takeProcessChanges()

        script.processes.processes[7] = FakeProcess(
            executable: "/bin/app", commandLine: "app", libraries: ["/lib/new.so"])
        script.exec(7, name: "app")
        let changed = try #require(script.accountant.takeProcessChanges().described.first)
        #expect(changed.executable == "/bin/app" && changed.component == ComponentID("app"))
        #expect(changed.libraries.isEmpty, "those of the shell are gone")
        script.accountant.readLibraries(now: at(3)) { true }
        script.accountant.readLibraries(now: at(4)) { true }
        #expect(script.accountant.takeProcessChanges().described.first?.libraries == ["/lib/new.so"])
    }

    /// Two programs one after the other: those of the second are not read by the turn of the first.
    @Test func librariesAreReadAMomentAfterTheLatestProgram() throws {
        var script = try script([7: FakeProcess(executable: "/bin/app", libraries: ["/lib/a.so"])])
        script.send(METE_RECORD_USAGE, 7, of: 7)
        script.accountant.readLibraries(now: at(1)) { true }
        script.exec(7, name: "app")
        _ = script.accountant.takeProcessChanges()
        script.accountant.readLibraries(now: at(1.9)) { true }
        #expect(script.accountant.takeProcessChanges().described.isEmpty)
        script.accountant.readLibraries(now: at(2.5)) { true }
        #expect(script.accountant.takeProcessChanges().described.map(\.libraries) == [["/lib/a.so"]])
    }

    @Test func whatThereIsNoTimeForComesNextTime() throws {
        let facts = (1...5).map { (Int32($0), FakeProcess(executable: "/bin/app", libraries: ["/lib/\($0).so"])) }
        var script = try script(Dictionary(uniqueKeysWithValues: facts))
        for pid in 1...5 as ClosedRange<UInt32> { script.send(METE_RECORD_USAGE, pid, of: pid, parent: 100) }
        _ = script.accountant.takeProcessChanges()
        script.accountant.readLibraries(now: at(1)) { false }
        var order: [Int32] = []
        for step in 2...8 {
            script.accountant.readLibraries(now: at(Double(step))) { false }
            order += script.accountant.takeProcessChanges().described.map(\.pid)
        }
        #expect(order == [1, 2, 3, 4, 5])
    }

    @Test func aForkedProcessIsDescribedAsItsMaker() throws {
        var script = try script([7: FakeProcess(executable: "/bin/app", commandLine: "app", libraries: ["/lib/a.so"])])
        script.send(METE_RECORD_USAGE, 7, of: 7, name: "app")
        script.accountant.readLibraries(now: at(1)) { true }
        script.accountant.readLibraries(now: at(2)) { true }
        _ = script.accountant.takeProcessChanges()
        script.send(METE_RECORD_FORK, 8, of: 8, parent: 7, start: 200, name: "app")
        let child = try #require(script.accountant.takeProcessChanges().described.first)
        #expect(child.key == ProcessKey(pid: 8, start: 200) && child.parent == 7)
        #expect(child.executable == "/bin/app" && child.libraries == ["/lib/a.so"])
    }

    @Test func whatBeganAndEndedInBetweenIsDescribedAndHasEnded() throws {
        var script = try script()
        script.send(METE_RECORD_FORK, 8, of: 8, parent: 1, start: 200, name: "app")
        script.send(METE_RECORD_EXIT, 8, of: 8, parent: 1, start: 200, name: "app")
        let changes = script.accountant.takeProcessChanges()
        #expect(changes.described.map(\.key) == [ProcessKey(pid: 8, start: 200)])
        #expect(changes.ended == [ProcessKey(pid: 8, start: 200)])
        #expect(changes.undescribed == 0)
        #expect(script.accountant.describe(8) == nil)
    }

    /// What it was at its end differs from what was said of it.
    @Test func aProgramThatEndsBeforeItWasDescribedIsDescribed() throws {
        var script = try script([8: FakeProcess(executable: "/bin/app")])
        script.send(METE_RECORD_FORK, 8, of: 8, parent: 1, start: 200)
        _ = script.accountant.takeProcessChanges()
        script.exec(8, start: 200, name: "app")
        script.send(METE_RECORD_EXIT, 8, of: 8, parent: 1, start: 200, name: "app")
        let changes = script.accountant.takeProcessChanges()
        #expect(changes.described.map(\.executable) == ["/bin/app"])
        #expect(changes.ended == [ProcessKey(pid: 8, start: 200)])
    }

    @Test func anEndIsToldOnce() throws {
        var script = try script()
        script.send(METE_RECORD_FORK, 8, of: 8, parent: 1, start: 200)
        _ = script.accountant.takeProcessChanges()
        script.send(METE_RECORD_EXIT, 8, of: 8, parent: 1, start: 200)
        #expect(script.accountant.takeProcessChanges().ended == [ProcessKey(pid: 8, start: 200)])
        #expect(script.accountant.takeProcessChanges().ended.isEmpty)
    }

    @Test func aStormOfForksIsCountedBeyondWhatThereIsRoomFor() throws {
        var script = try script()
        for pid in 10..<5010 as Range<UInt32> {
            script.send(METE_RECORD_FORK, pid, of: pid, parent: 1)
            script.send(METE_RECORD_EXIT, pid, of: pid, parent: 1)
        }
        let changes = script.accountant.takeProcessChanges()
        #expect(UInt64(changes.described.count) + changes.undescribed == 5000)
        #expect(changes.described.count >= 100 && changes.undescribed > 0)
        #expect(changes.ended == changes.described.map(\.key), "of the others nothing was said that could be over")
    }

    /// Its other threads were seen first, which do not say when it began.
    @Test func aProcessWhoseFirstThreadIsSeenLateGetsItsName() throws {
        var script = try script([8: FakeProcess(executable: "/bin/app")])
        script.send(METE_RECORD_USAGE, 9, of: 8, start: 300)
        #expect(script.accountant.takeProcessChanges().described.map(\.start) == [0])
        script.send(METE_RECORD_USAGE, 8, of: 8, start: 200)
        let changes = script.accountant.takeProcessChanges()
        #expect(changes.described.map(\.start) == [200])
        #expect(changes.ended == [ProcessKey(pid: 8, start: 0)])
    }

    @Test func aChangeOfUserParentNameOrGroupIsTold() throws {
        var script = try script([8: FakeProcess(executable: "/bin/app", cgroup: "/a")])
        script.send(METE_RECORD_USAGE, 8, of: 8, parent: 5)
        _ = script.accountant.takeProcessChanges()
        script.send(METE_RECORD_USAGE, 8, of: 8, parent: 5, user: 33)
        #expect(script.accountant.takeProcessChanges().described.map(\.user) == [33])
        script.send(METE_RECORD_USAGE, 8, of: 8, parent: 1, user: 33)
        #expect(script.accountant.takeProcessChanges().described.map(\.parent) == [1])
        script.send(METE_RECORD_RENAME, 8, of: 8, parent: 1, name: "other", user: 33)
        #expect(script.accountant.takeProcessChanges().described.map(\.name) == ["other"])
        script.processes.processes[8]?.cgroup = "/b"
        script.send(METE_RECORD_MOVE, 8, of: 8, parent: 1, name: "other", user: 33)
        #expect(script.accountant.takeProcessChanges().described.map(\.cgroup) == ["/b"])
        script.send(METE_RECORD_USAGE, 8, of: 8, parent: 1, run: 10, name: "other", user: 33)
        #expect(script.accountant.takeProcessChanges().described.isEmpty, "use is no change of what it is")
    }

    @Test func aGroupOfMetesOwnIsWhereItIsAndNotWhoseItIs() throws {
        var script = try script([8: FakeProcess(executable: "/bin/app", cgroup: "/system.slice/app.service")])
        script.send(METE_RECORD_USAGE, 8, of: 8)
        script.processes.processes[8]?.cgroup = "/mete/app"
        script.send(METE_RECORD_MOVE, 8, of: 8)
        let moved = try #require(script.accountant.takeProcessChanges().described.first)
        #expect(moved.cgroup == "/mete/app" && moved.unit == "app.service")
    }

    @Test func nothingIsNotedWhereNobodyAsks() throws {
        var script = try RecordScript([], facts: [8: FakeProcess(executable: "/bin/app", libraries: ["/lib/a.so"])])
        script.send(METE_RECORD_USAGE, 8, of: 8)
        script.accountant.readLibraries(now: at(1)) { true }
        script.accountant.readLibraries(now: at(2)) { true }
        script.send(METE_RECORD_FORK, 9, of: 9, parent: 8)
        script.send(METE_RECORD_EXIT, 9, of: 9, parent: 8)
        let changes = script.accountant.takeProcessChanges()
        #expect(changes.described.isEmpty && changes.ended.isEmpty && changes.undescribed == 0)
        #expect(script.accountant.describe(8)?.libraries == ["/lib/a.so"], "but a question is answered")
    }
}
