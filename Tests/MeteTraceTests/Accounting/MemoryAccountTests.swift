import CMeteWire
import MeteModel
import Testing

@testable import MeteTrace

/// What components have in memory, from what processes have.
struct MemoryAccountTests {
    private static let walk = WalkedMemory(proportional: 100, referenced: 200, swap: 300)

    private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * .perSecond) }

    private func memory(_ script: inout RecordScript, now: Instant) -> MemoryUsage {
        script.accountant.sumMemory(now: now)
        return script.closeWindow("app")?.memory ?? MemoryUsage()
    }

    private func script(_ facts: [Int32: FakeProcess]) throws -> RecordScript {
        var script = try RecordScript([ComponentPolicy("app", .comm(.exact("app")))], facts: facts)
        for pid in facts.keys.sorted() {
            script.send(METE_RECORD_USAGE, UInt32(pid), of: UInt32(pid), parent: 100, name: "app")
        }
        return script
    }

    @Test func processesAddUpAndTheOldestWalkIsTold() throws {
        var script = try script([
            7: FakeProcess(executable: "/bin/app", resident: 8192, walk: Self.walk),
            8: FakeProcess(executable: "/bin/app", resident: 4096, walk: Self.walk),
        ])
        script.accountant.readMemory(budget: 10)
        var clock = 1 as Int64
        script.accountant.walkMemory(window: .perSecond) {
            defer { clock += 1 }
            return at(clock)
        }
        // One of them had its turn, and took a second.
        let first = memory(&script, now: at(10))
        #expect(first.resident == 12_288 && first.walked == 8192, "the larger")
        #expect(first.proportional == 100 && first.referenced == 200 && first.swap == 300)
        #expect(first.walkAge == 7 * .perSecond)

        for _ in 0..<200 { script.accountant.walkMemory(window: .perSecond) { at(500) } }
        let both = memory(&script, now: at(501))
        #expect(both.walked == 12_288 && both.proportional == 200 && both.referenced == 400 && both.swap == 600)
    }

    @Test func whatMayNotBeLookedAtIsNotWalked() throws {
        var script = try script([7: FakeProcess(executable: "/bin/app", resident: 8192)])
        script.accountant.readMemory(budget: 10)
        script.accountant.walkMemory(window: .perSecond) { at(1) }
        let memory = memory(&script, now: at(2))
        #expect(memory == MemoryUsage(resident: 8192))
    }

    /// What the program before had is not the new one's.
    @Test func anExecBeginsAnew() throws {
        var script = try script([7: FakeProcess(executable: "/bin/app", resident: 8192, walk: Self.walk)])
        script.accountant.readMemory(budget: 10)
        script.accountant.walkMemory(window: .perSecond) { at(1) }
        #expect(memory(&script, now: at(2)).walked == 8192)
        script.exec(7, name: "app")
        #expect(memory(&script, now: at(3)) == MemoryUsage())
        script.processes.processes[7]?.resident = 1024
        script.accountant.readMemory(budget: 10)
        #expect(memory(&script, now: at(4)) == MemoryUsage(resident: 1024))
    }

    @Test func theRollupOfAKernelIsRead() {
        let text = """
            55bdbfa46000-7fff33513000 ---p 00000000 00:00 0                          [rollup]
            Rss:                1696 kB
            Pss:                 271 kB
            Pss_Dirty:           112 kB
            Shared_Clean:       1544 kB
            Referenced:         1690 kB
            Anonymous:           112 kB
            Swap:                 16 kB
            SwapPss:               8 kB
            """
        #expect(
            WalkedMemory(rollup: Array(text.utf8)[...])
                == WalkedMemory(proportional: 271 << 10, referenced: 1690 << 10, swap: 16 << 10))
    }

    @Test(arguments: ["", "Pss: 1 kB\nReferenced: 1 kB\n", "Pss: x kB\nReferenced: 1 kB\nSwap: 1 kB\n", ":::\n \n"])
    func halfARollupIsNone(_ text: String) {
        #expect(WalkedMemory(rollup: Array(text.utf8)[...]) == nil)
    }
}
