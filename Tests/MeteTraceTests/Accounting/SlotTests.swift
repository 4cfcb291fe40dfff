import CMeteWire
import MeteModel
import Testing

@testable import MeteTrace

/// Where the kernel side is told to count, and whose its counts are.
struct SlotTests {
    private static let web = ComponentPolicy("web", .comm(.exact("web")))

    @Test func aProcessIsToldOnceAndAgainWhenItMoves() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        let first = script.accountant.takeSlotChanges(slots: 256).filter { $0.id == 10 }
        let web = try #require(script.accountant.slot(of: ComponentID("web"), slots: 256))
        #expect(first.map(\.slot) == [UInt32(web)])
        #expect(script.accountant.takeSlotChanges(slots: 256).isEmpty)
        script.exec(10, name: "shop")
        let second = script.accountant.takeSlotChanges(slots: 256)
        #expect(second.map(\.id) == [10])
        #expect(second.first?.slot != first.first?.slot)
        script.send(METE_RECORD_EXIT, 10, of: 10, name: "shop")
        let last = script.accountant.takeSlotChanges(slots: 256)
        #expect(last.map(\.id) == [10] && last.first?.slot == nil)
    }

    @Test func whatIsToldIsOfTheProgramThatTheProcessRan() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        let first = try #require(script.accountant.takeSlotChanges(slots: 256).first { $0.id == 10 }?.slot)
        #expect(first >> UInt32(METE_SLOT_EXECS_SHIFT) == 0)
        script.exec(10, name: "web", execs: 1)
        let second = try #require(script.accountant.takeSlotChanges(slots: 256).first { $0.id == 10 }?.slot)
        #expect(second >> UInt32(METE_SLOT_EXECS_SHIFT) == 1 && second & METE_SLOT_MASK == first)
    }

    /// A sweep that comes before the record of the new program, or that record was lost.
    @Test func aProgramThatASweepFindsIsReadBeforeItIsTold() throws {
        let shop = ComponentPolicy("shop", .executable(.exact("/bin/shop")))
        var script = try RecordScript([Self.web, shop], facts: [10: FakeProcess(executable: "/bin/sh")])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        _ = script.accountant.takeSlotChanges(slots: 256)
        script.processes.processes[10] = FakeProcess(executable: "/bin/shop")
        script.send(METE_RECORD_USAGE, 10, of: 10, name: "shop", execs: 1)
        let told = try #require(script.accountant.takeSlotChanges(slots: 256).first { $0.id == 10 }?.slot)
        let slot = try #require(script.accountant.slot(of: ComponentID("shop"), slots: 256))
        #expect(told >> UInt32(METE_SLOT_EXECS_SHIFT) == 1 && told & METE_SLOT_MASK == UInt32(slot))
    }

    @Test func threadsOfADividedProcessAreToldOneByOne() throws {
        var pool = ComponentPolicy(id: ComponentID("pool"))
        pool.match = [MatchClause(rules: [.comm(.exact("db")), .thread(.prefix("worker"))])]
        var script = try RecordScript([pool])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "db")
        script.send(METE_RECORD_USAGE, 11, of: 10, run: 1, name: "worker-1")
        let changes = script.accountant.takeSlotChanges(slots: 256)
        let slot = try #require(script.accountant.slot(of: ComponentID("pool"), slots: 256))
        let whole = try #require(changes.first { $0.id == 10 }?.slot)
        #expect(whole & METE_SLOT_BY_THREAD != 0)
        #expect(changes.first { $0.id == 11 }?.slot == UInt32(slot))
        script.send(METE_RECORD_EXIT, 11, of: 10, run: 2, name: "worker-1")
        let gone = script.accountant.takeSlotChanges(slots: 256).filter { $0.id == 11 }
        #expect(gone.count == 1 && gone.first?.slot == nil, "or the map would grow with every thread")
    }

    @Test func whatIsPendingIsOfTheProcessEvenAfterItsEnd() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        let pending = 10 | Int(METE_SLOT_PENDING)
        #expect(script.accountant.component(ofSlot: pending) == ComponentID("web"))
        script.send(METE_RECORD_EXIT, 10, of: 10, name: "web")
        _ = script.closeWindow("web")
        #expect(script.accountant.component(ofSlot: pending) == ComponentID("web"))
        for _ in 0..<3 { _ = script.closeWindow("web") }
        #expect(script.accountant.component(ofSlot: pending) == .rest)
    }

    @Test func componentsBeyondTheSlotsCountAsUnknown() throws {
        var script = try RecordScript((0..<10).map { ComponentPolicy("c\($0)", .comm(.exact("c\($0)"))) })
        script.send(METE_RECORD_FORK, 10, of: 10, name: "c9")
        #expect(script.accountant.takeSlotChanges(slots: 4).first { $0.id == 10 }?.slot == 0)
    }
}
