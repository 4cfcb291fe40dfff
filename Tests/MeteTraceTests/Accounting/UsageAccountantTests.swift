import CMeteWire
import MeteModel
import MeteTrace
import SeededRandom
import Testing

struct UsageAccountantTests {
    static let web = ComponentPolicy("web", .comm(.exact("web")))

    @Test func countsWhatWasAddedSinceTheLastRecord() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 300, wait: 40, name: "web")
        let first = script.closeWindow("web")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 500, wait: 40, name: "web")
        let second = script.closeWindow("web")

        #expect(first?.cpu.runTime == 300)
        #expect(first?.cpu.runQueueDelay == 40)
        #expect(second?.cpu.runTime == 200)
        #expect(second?.cpu.runQueueDelay == 0)
    }

    @Test func aLostRecordCostsNoUsage() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        // Records at 100, 200 and 300 were lost.
        script.send(METE_RECORD_EXIT, 10, of: 10, run: 400, name: "web")
        #expect(script.closeWindow("web")?.cpu.runTime == 400)
        #expect(script.accountant.threadCount == 0)
    }

    @Test func aThreadWhoseBirthWasLostIsItsParentsKin() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        script.send(METE_RECORD_EXIT, 11, of: 11, parent: 10, run: 70, name: "web")
        #expect(script.closeWindow("web")?.cpu.runTime == 70)
    }

    /// As in a storm of forks: a sweep meets the child before the record of its birth, and /proc when the child has ended.
    @Test func aChildThatEndsWhileItIsReadIsItsParentsKin() throws {
        let shop = ComponentPolicy("shop", .cgroup(.exact("/shop")))
        var script = try RecordScript([shop], facts: [10: FakeProcess(executable: "/bin/sh", cgroup: "/shop")])
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 100)
        script.processes.processes[11] = FakeProcess(executable: "/bin/sh", cgroup: nil)
        script.send(METE_RECORD_USAGE, 11, of: 11, parent: 10, run: 30)
        #expect(script.closeWindow("shop")?.cpu.runTime == 130)
    }

    @Test func whatAThreadUsedBeforeTracingIsNoUsage() throws {
        var script = try RecordScript([Self.web], beginning: 1000)
        script.send(METE_RECORD_USAGE, 10, of: 10, start: 999, run: 5_000_000, name: "web")
        script.send(METE_RECORD_USAGE, 10, of: 10, start: 999, run: 5_000_100, name: "web")
        script.send(METE_RECORD_USAGE, 11, of: 11, start: 1000, run: 60, name: "web")
        #expect(script.closeWindow("web")?.cpu.runTime == 160)
    }

    @Test func lateAndRepeatedRecordsChangeNothing() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 500, wait: 90, name: "web")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 300, wait: 20, name: "web")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 500, wait: 90, name: "web")
        #expect(script.closeWindow("web")?.cpu == CPUUsage(runTime: 500, runQueueDelay: 90))
    }

    @Test func aThreadWantsNoMoreThanOneCPU() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        // It has waited for three windows of 1,000 ns before it was seen.
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 200, wait: 3000, name: "web")
        let sample = script.closeWindow("web")
        #expect(sample?.cpu == CPUUsage(runTime: 200, runQueueDelay: 800))
        #expect(sample?.demand == 1)
        #expect(script.accountant.totals.first { $0.component == ComponentID("web") }?.usage.runQueueDelay == 3000)
    }

    @Test func anIdUsedAgainIsAnotherThread() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, start: 100, name: "web")
        script.send(METE_RECORD_USAGE, 10, of: 10, start: 100, run: 500, name: "web")
        // Its exit was lost; another process has the id now.
        script.send(METE_RECORD_FORK, 10, of: 10, start: 200, name: "other")
        script.send(METE_RECORD_USAGE, 10, of: 10, start: 200, run: 30, name: "other")
        #expect(script.closeWindow("web")?.cpu.runTime == 500)
        #expect(script.accountant.totals.first { $0.component == .rest }?.usage.runTime == 30)
        #expect(script.accountant.threadCount == 1)
    }

    @Test func execMovesAProcessToAnotherComponent() throws {
        var script = try RecordScript([Self.web], facts: [10: FakeProcess(executable: "/bin/web")])
        script.send(METE_RECORD_FORK, 10, of: 10)
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 100)
        script.exec(10, run: 120, name: "web")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 200, name: "web")
        #expect(script.closeWindow("web")?.cpu.runTime == 80)
        #expect(script.accountant.totals.first { $0.component == .rest }?.usage.runTime == 120)
    }

    @Test func execByAnotherThreadTakesItsUsageAlong() throws {
        var script = try RecordScript([Self.web], facts: [10: FakeProcess(executable: "/bin/web")])
        script.send(METE_RECORD_FORK, 10, of: 10, start: 100, name: "web")
        script.send(METE_RECORD_FORK, 12, of: 10, start: 150, name: "web")
        script.send(METE_RECORD_USAGE, 12, of: 10, start: 150, run: 400, name: "web")
        script.send(METE_RECORD_EXIT, 10, of: 10, start: 100, run: 50, name: "web")
        // Thread 12 is thread 10 from now on, with its own counters.
        script.exec(10, from: 12, start: 100, run: 410, name: "web")
        script.send(METE_RECORD_USAGE, 10, of: 10, start: 100, run: 450, name: "web")
        #expect(script.closeWindow("web")?.cpu.runTime == 500)
        #expect(script.accountant.threadCount == 1)
    }

    @Test func threadsOfOneProcessCanBeTwoComponents() throws {
        var script = try RecordScript([
            ComponentPolicy("io", .comm(.exact("db")), .thread(.regex("^io-"))),
            ComponentPolicy("db", .comm(.exact("db"))),
        ])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "db")
        script.send(METE_RECORD_FORK, 11, of: 10, name: "db")
        script.send(METE_RECORD_RENAME, 11, of: 10, run: 5, name: "io-3")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 100, name: "db")
        script.send(METE_RECORD_USAGE, 11, of: 10, run: 45, name: "io-3")
        let io = script.closeWindow("io")
        #expect(io?.cpu.runTime == 40)
        #expect(io?.threads == 1)
        #expect(script.accountant.totals.first { $0.component.name == "db" }?.usage.runTime == 105)
    }

    @Test func spilledExitsGoToTheirProcessOrItsParent() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        var spill = mete_spill()
        spill.run_ns = 1000
        spill.parent_pid = 10
        spill.start_ns = 100
        script.accountant.apply(spillOf: 10, spill)
        script.accountant.apply(spillOf: 77, spill)
        spill.parent_pid = 99
        script.accountant.apply(spillOf: 78, spill)
        #expect(script.closeWindow("web")?.cpu.runTime == 2000)
        #expect(script.accountant.totals.first { $0.component == .rest }?.usage.runTime == 1000)
    }

    /// A parent's exit may be in the ring buffer while those of its children found no room, and is taken in before them.
    @Test func spilledExitsFindAParentThatHasEndedInTheSameWindow() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        script.send(METE_RECORD_EXIT, 10, of: 10, run: 5, name: "web")
        var spill = mete_spill()
        spill.run_ns = 1000
        spill.parent_pid = 10
        script.accountant.apply(spillOf: 77, spill)
        spill.parent_pid = 1
        spill.start_ns = 100
        script.accountant.apply(spillOf: 10, spill)
        #expect(script.closeWindow("web")?.cpu.runTime == 2005)
    }

    /// Whoever adopted it does not pay for it.
    @Test func spilledExitsOfOrphansAreTheirOwn() throws {
        var script = try RecordScript([Self.web, ComponentPolicy("init", .comm(.exact("init")))])
        script.send(METE_RECORD_FORK, 1, of: 1, parent: 0, name: "init")
        script.send(METE_RECORD_FORK, 10, of: 10, parent: 9, start: 200, name: "web")
        var spill = mete_spill()
        spill.run_ns = 1000
        spill.parent_pid = 1
        spill.start_ns = 200
        script.accountant.apply(spillOf: 10, spill)
        // Another one that had the same id for a moment is its parent's.
        spill.start_ns = 150
        script.accountant.apply(spillOf: 10, spill)
        let samples = script.accountant.closeWindow(
            start: Instant(nanoseconds: 0), end: Instant(nanoseconds: 1_000_000))
        #expect(samples.first { $0.component.name == "web" }?.cpu.runTime == 1000)
        #expect(samples.first { $0.component.name == "init" }?.cpu.runTime == 1000)
    }

    @Test func aThreadMissingFromTwoCompleteSweepsIsGone() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        script.send(METE_RECORD_FORK, 11, of: 11, name: "web")
        for _ in 0..<2 {
            script.accountant.beginCompleteSweep()
            script.send(METE_RECORD_USAGE, 11, of: 11, name: "web")
            script.accountant.endCompleteSweep()
        }
        #expect(script.accountant.threadCount == 1)
        #expect(script.closeWindow("web")?.processes == 1)
    }

    @Test func aMoveIntoMetesOwnGroupChangesNoComponent() throws {
        let facts = [Int32(10): FakeProcess(executable: "/bin/web")]
        var script = try RecordScript([ComponentPolicy("web", .cgroup(.exact("/shop")))], facts: facts)
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        for (cgroup, count) in [("/mete/web", 0), ("/shop", 1), ("/mete/web", 1), ("/elsewhere", 0)] {
            script.processes.processes[10]?.cgroup = cgroup
            script.send(METE_RECORD_MOVE, 10, of: 10, name: "web", flags: UInt16(METE_FLAG_PROCESS.rawValue))
            #expect(script.closeWindow("web")?.processes == count, "\(cgroup)")
        }
    }

    @Test func aMoveElsewhereChangesTheComponent() throws {
        let facts = [Int32(10): FakeProcess(executable: "/bin/web", cgroup: "/shop")]
        var script = try RecordScript([ComponentPolicy("web", .cgroup(.exact("/shop")))], facts: facts)
        script.send(METE_RECORD_USAGE, 9, of: 9, name: "web")
        script.send(METE_RECORD_FORK, 10, of: 10, parent: 9, name: "web")
        #expect(script.closeWindow("web")?.processes == 0)
        script.send(METE_RECORD_MOVE, 10, of: 10, name: "web", flags: UInt16(METE_FLAG_PROCESS.rawValue))
        #expect(script.closeWindow("web")?.processes == 1)
    }

    @Test func anotherPolicyTakesTheLivingThreadsAlong() throws {
        var script = try RecordScript([Self.web])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 100, name: "web")
        var policy = Policy()
        policy.components = [ComponentPolicy("shop", .comm(.glob("w*"))), ComponentPolicy(id: .rest)]
        script.accountant.reclassify(with: try Classifier(policy), permanent: policy.components.map(\.id))
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 150, name: "web")
        let shop = script.closeWindow("shop")
        #expect(shop?.cpu.runTime == 50)
        #expect(shop?.threads == 1)
        #expect(shop?.processes == 1)
    }

    @Test func anotherPatternForThreadsAloneTakesEffect() throws {
        func policy(_ thread: Pattern) throws -> Classifier {
            var policy = Policy()
            var pool = ComponentPolicy(id: ComponentID("pool"))
            pool.match = [MatchClause(rules: [.comm(.exact("web")), .thread(thread)])]
            policy.components = [pool, ComponentPolicy(id: .rest)]
            return try Classifier(policy)
        }
        var script = try RecordScript([])
        script.accountant.reclassify(with: try policy(.prefix("worker")), permanent: [ComponentID("pool"), .rest])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "web")
        script.send(METE_RECORD_USAGE, 11, of: 10, run: 100, name: "io")
        #expect(script.closeWindow("pool")?.threads == 0)
        script.accountant.reclassify(with: try policy(.prefix("io")), permanent: [ComponentID("pool"), .rest])
        script.send(METE_RECORD_USAGE, 11, of: 10, run: 130, name: "io")
        let pool = script.closeWindow("pool")
        #expect(pool?.threads == 1)
        #expect(pool?.cpu.runTime == 30)
    }

    @Test func aDaemonThatChangesItsUserChangesItsComponent() throws {
        var script = try RecordScript([ComponentPolicy("web", .user(33))])
        script.send(METE_RECORD_FORK, 10, of: 10, name: "httpd")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 100, name: "httpd")
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 100, name: "httpd", user: 33)
        script.send(METE_RECORD_USAGE, 10, of: 10, run: 140, name: "httpd", user: 33)
        #expect(script.closeWindow("web")?.cpu.runTime == 40)
    }

    @Test func aLostExecIsMadeGoodOnceItsLossIsKnown() throws {
        let facts = [Int32(10): FakeProcess(executable: "/bin/web", commandLine: "web --fast", cgroup: "/shop")]
        var script = try RecordScript([ComponentPolicy("web", .executable(.exact("/bin/web")))], facts: facts)
        script.send(METE_RECORD_USAGE, 9, of: 9)
        script.send(METE_RECORD_FORK, 10, of: 10, parent: 9)
        #expect(script.closeWindow("web")?.processes == 0)
        script.accountant.readAllProcesses()
        #expect(script.closeWindow("web")?.processes == 1)
    }

    /// Whatever the order and whatever is lost but the last record of each thread, the sum is what the threads used.
    @Test(arguments: 0..<20)
    func conservesUsageWhateverIsLost(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var script = try RecordScript([Self.web, ComponentPolicy("db", .comm(.exact("db")))])
        var truth: UInt64 = 0
        var live: [(tid: UInt32, start: UInt64, run: UInt64)] = []
        for step in 0..<2000 {
            switch random.next() % 4 {
            case 0:
                let tid = UInt32(random.next() % 64 + 100)
                guard !live.contains(where: { $0.tid == tid }) else { continue }
                live.append((tid, UInt64(step), 0))
                if random.next() % 3 > 0 {
                    script.send(METE_RECORD_FORK, tid, of: tid, start: UInt64(step), name: tid % 2 == 0 ? "web" : "db")
                }
            case 1 where !live.isEmpty:
                let thread = live.remove(at: Int(random.next() % UInt64(live.count)))
                script.send(
                    METE_RECORD_EXIT, thread.tid, of: thread.tid, start: thread.start, run: thread.run, name: "web")
                truth += thread.run
            case _ where !live.isEmpty:
                let index = Int(random.next() % UInt64(live.count))
                live[index].run += random.next() % 10_000
                guard random.next() % 2 == 0 else { continue }
                let thread = live[index]
                script.send(
                    METE_RECORD_USAGE, thread.tid, of: thread.tid, start: thread.start, run: thread.run, name: "web")
            default:
                continue
            }
        }
        for thread in live {
            script.send(METE_RECORD_EXIT, thread.tid, of: thread.tid, start: thread.start, run: thread.run, name: "web")
            truth += thread.run
        }
        let counted = script.accountant.totals.reduce(0) { $0 + $1.usage.runTime }
        #expect(counted == Int64(truth))
        #expect(script.accountant.threadCount == 0)
        let samples = script.accountant.closeWindow(start: Instant(nanoseconds: 0), end: Instant(nanoseconds: 1))
        #expect(samples.allSatisfy { $0.threads == 0 && $0.processes == 0 })
    }
}
