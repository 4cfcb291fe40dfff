import GRDB
import MeteModel
import MetePartition
import MeteStore
import MeteTestSupport
import Synchronization
import Testing

@testable import MeteAgent
@testable import MeteControl
@testable import MeteTrace

/// What the agent records of its ticks, and what a disk that does not keep up costs.
struct AgentRecorderTests {
    private static let always = Int64.min / 4...Int64.max / 4
    private static let shop = ComponentID("shop")
    private let folder: TemporaryFolder
    private let log = Log()
    private var file: String { folder.file("recording") }

    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ event: AgentEvent) { lines.withLock { $0.append("\(event)") } }

        var all: [String] { lines.withLock { $0 } }
    }

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-recorder")
    }

    private func recorder() throws -> AgentRecorder {
        let recording = AgentOptions.Recording(
            path: file, age: 3600 * .perSecond, mostBytes: 1 << 30, facts: [RecordedFact.host: "here"])
        return try AgentRecorder(
            recording,
            session: RecordedSession(
                start: 0, version: "test", scope: TraceScope(), caveats: ["a probe is missing"],
                interval: 100 * .perMillisecond), mustOpen: true
        ) { [log] in log.add($0) }
    }

    /// One in which something of everything happened.
    private func tick(
        _ number: Int, start: Instant? = nil, length: Nanoseconds = 100 * .perMillisecond
    ) -> RecordedTick {
        let start = start ?? Instant(nanoseconds: Int64(number) * length)
        let end = start + length
        var sample = UsageSample(
            component: Self.shop, start: start, end: end, cpu: CPUUsage(runTime: 50_000_000), threads: 2, processes: 1)
        sample.stalls = Stalls(cpu: Stalls.Pressure(some: 9_000_000))
        sample.network.traffic[.tcp4] = Traffic(sentBytes: 10, sentPackets: 1)
        let window = TraceWindow(
            samples: [sample], capacity: CapacityReading(cpus: 2, steal: 0.5, interrupts: 0), losses: TraceLosses(),
            threads: 9, disks: [],
            calls: [
                CallSample(
                    component: Self.shop, function: "libz:deflate", start: start, end: end,
                    usage: CallUsage(calls: 7, time: 3000))
            ], stalls: Stalls(cpu: Stalls.Pressure(some: 5_000_000)))
        let forecast = Forecast(
            demand: Quantiles(median: 0.25, p90: 0.5, p95: 0.75, p99: 1), expires: end, calibration: .unknown,
            source: .decayedPeak, reason: .invalidSample(.missing))
        let plan = PartitionPlan(
            resource: .cpu, capacity: 1.5, unit: 0.125,
            allotments: [
                Allotment(
                    component: Self.shop, resource: .cpu, units: 6, amount: 0.75,
                    grants: [
                        Grant(claim: .guarantee, amount: 0.5), Grant(claim: .forecast(quantile: 0.95), amount: 0.25),
                    ], change: .raised, surplusTicks: 0, plannedDemand: 0.75, source: .decayedPeak)
            ])
        var outcome = Outcome()
        outcome.applied = [
            Outcome.Applied(
                write: Write(
                    .file("/sys/fs/cgroup/shop/cpu.weight"), .text("\(number)"), scope: .component(Self.shop),
                    component: Self.shop), cost: 1)
        ]
        outcome.yielded = [
            Yield(
                setting: .file("/sys/fs/cgroup/cpu.weight"), left: .text("5"), found: .text("77"), since: end,
                until: nil)
        ]
        var resources = ResourceUse()
        resources.latencies.runQueueDelay.add(70_000)
        resources.latencies.diskReads.add(300_000)
        let component = AgentSnapshot.Component(
            policy: ComponentPolicy(id: Self.shop), forecast: forecast,
            verdict: .init(state: .breached, entitled: 0.5, got: 0.1, demand: 0.5), breaches: 1,
            lastBreach: (end, "got 0.1 of 0.5"), resources: resources)
        let snapshot = AgentSnapshot(
            tick: UInt64(number), missedTicks: 0, at: end, tickLength: length, window: window,
            traced: KernelProbes.Options(), plan: plan, components: [component],
            calls: [], control: [:], cost: AgentCost(), outcome: outcome,
            endsSecond: number % 10 == 0)
        return RecordedTick(
            snapshot, disturbances: [Disturbance(waiter: Self.shop, runner: .realTime, time: 2000)],
            changes: ProcessChanges())
    }

    @Test func whatWasDecidedAndWhyIsInTheFile() throws {
        let recorder = try recorder()
        for number in 1...30 { recorder.take(tick(number)) }
        recorder.close()
        #expect(recorder.status.missing == 0)
        #expect(log.all.isEmpty, "\(log.all)")
        let reader = try StoreReader(path: file)
        #expect(reader.facts[RecordedFact.host] == "here")
        let decisions = try reader.decisions(of: Self.shop, in: Self.always)
        #expect(decisions.count == 30)
        let last = try #require(decisions.last)
        #expect(last.forecast?.demand == Quantiles(median: 0.25, p90: 0.5, p95: 0.75, p99: 1))
        #expect(last.forecast?.reason == "\(ForecastReason.invalidSample(.missing))")
        #expect(last.allotment?.amount == 0.75 && last.allotment?.change == .raised)
        #expect(
            last.allotment?.grants == [
                Grant(claim: .guarantee, amount: 0.5), Grant(claim: .forecast(quantile: 0.95), amount: 0.25),
            ])
        #expect(
            last.writes == [.init(setting: "/sys/fs/cgroup/shop/cpu.weight", value: "30", result: .written)])
        #expect(last.breach == "got 0.1 of 0.5")
        let shared = try reader.decisions(of: nil, in: Self.always).filter { $0.component == nil }
        #expect(shared.last?.writes.first?.result == .yielded && shared.last?.writes.first?.note == "77")

        let samples = try reader.samples(of: Self.shop, in: Self.always)
        #expect(samples.count == 30)
        #expect(samples.last?[.forecastP95] == 750 && samples.last?[.allotted] == 750)
        #expect(samples.last?[.breaches] == 1 && samples.last?[.disturbed] == 2000)
        // Waits of a second are in its last tick.
        #expect(samples.map { $0[.delayP99] > 0 } == (1...30).map { $0 % 10 == 0 })
        #expect(samples.last?[.delayP50] == samples.last?[.delayP999] && (samples.last?[.readP99] ?? 0) >= 300_000)
        #expect(samples.last?[.writeP99] == 0 && samples.last?[.cpuStalledSome] == 9_000_000)
        #expect(reader.sessions.first?.caveats == ["a probe is missing"])
        #expect(reader.sessions.first?.untraced.contains("disk.reads") == true)
        let calls = try reader.samples(of: ComponentID("shop/libz:deflate"), in: Self.always)
        #expect(calls.count == 30 && calls.last?[.calls] == 7)
        let window = try #require(try reader.windows(in: Self.always).last)
        #expect(window.machine[.capacity] == 1500 && window.machine[.runTime] == 50_000_000)
        #expect(window.machine[.cpuStalledSome] == 5_000_000, "not the sum of its components")
        #expect(window.detail?.sockets.first?.traffic.sentBytes == 10)
        #expect(window.detail?.disturbances.first?.runner == .realTime)
    }

    /// From the tenth tick on they are half as long.
    @Test func ticksOfAnotherPolicyAreOfItsLength() throws {
        let recorder = try recorder()
        for number in 1...10 { recorder.take(tick(number)) }
        let change = Instant(nanoseconds: 1100 * .perMillisecond)
        recorder.adopt(tick: 100 * .perMillisecond, caveats: [], at: WallClock.nanoseconds(at: change))
        recorder.adopt(tick: 50 * .perMillisecond, caveats: ["short"], at: WallClock.nanoseconds(at: change))
        for number in 0..<10 {
            recorder.take(
                tick(number, start: change + Int64(number) * 50 * .perMillisecond, length: 50 * .perMillisecond))
        }
        recorder.close()
        let reader = try StoreReader(path: file)
        #expect(reader.sessions.map(\.interval) == [100 * .perMillisecond, 50 * .perMillisecond])
        #expect(reader.sessions.map(\.isSameRun) == [nil, true])
        #expect(reader.sessions.map(\.caveats) == [["a probe is missing"], ["short"]])
        #expect(reader.interval == 50 * .perMillisecond)
        // The clocks are read anew for each, a few microseconds apart.
        let lengths = try reader.windows(in: Self.always).map { ($0.machine.length + 500_000) / .perMillisecond }
        #expect(lengths == Array(repeating: 100, count: 10) + Array(repeating: 50, count: 10))
        let part = try #require(try reader.range())
        let texts = try RecordingCaveats(reader, part).texts
        #expect(texts.contains("a window is of 0.1 s, where others are of 0.05 s"), "\(texts)")
    }

    /// Another program holds the file for a while: the loop does not wait, and once it is free all is written.
    @Test func aFileThatRefusesIsTriedAgain() throws {
        let recorder = try recorder()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: file, configuration: configuration)
        try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        for number in 1...30 { recorder.take(tick(number)) }
        #expect(Polling.wait { recorder.status.problem != nil })
        #expect(log.all.count == 1 && log.all.first?.contains("nothing is recorded for now") == true, "\(log.all)")
        #expect(AgentSnapshot.Recording(recorder).problem?.contains("another process writes it") == true)
        try other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        recorder.close()
        #expect(recorder.status.missing == 0 && recorder.status.problem == nil)
        #expect(log.all.count == 2 && log.all.last?.contains("no tick is missing") == true, "\(log.all)")
        #expect(try StoreReader(path: file).windows(in: Self.always).count == 30)
    }
}
