import MeteModel
import MeteStore
import MeteTestSupport
import MeteTrace
import Testing

@testable import MeteTraceCommands

/// A recording shows what was seen live.
struct ReplayTests {
    private static let end = Instant(nanoseconds: 1_800_000_000 * .perSecond)

    /// A window with something in every table.
    private func view(lost: UInt64 = 0) -> TraceView {
        let start = Instant(nanoseconds: Self.end.nanoseconds - .perSecond)
        var web = UsageSample(
            component: ComponentID("web"), start: start, end: Self.end,
            cpu: CPUUsage(
                runTime: 300_000_000, runQueueDelay: 50_000_000, voluntarySwitches: 900, involuntarySwitches: 30,
                migrations: 4),
            throttled: 20_000_000,
            faults: PageFaults(minor: 12, major: 3), memory: MemoryUsage(resident: 80 << 20, anonymous: 50 << 20),
            disk: DiskUsage(
                reads: DiskUsage.Direction(requests: 10, bytes: 40_960, latency: 900_000),
                writes: DiskUsage.Direction(requests: 7, bytes: 7000, latency: 4_000_000)),
            threads: 8, processes: 2)
        web.network.traffic[.other] = Traffic(
            sentBytes: 5000, sentPackets: 9, receivedBytes: 70_000, receivedPackets: 60)
        web.network.retransmits = 2
        let idle = UsageSample(
            component: ComponentID("batch"), start: start, end: Self.end, cpu: CPUUsage(runTime: 1_000), threads: 1,
            processes: 1)
        return TraceView(
            samples: [idle, web], capacity: CapacityReading(cpus: 2, steal: 0.25, interrupts: 0.125), threadCount: 99,
            resources: .all,
            latencies: [
                ComponentID("web"): TraceView.Latencies(
                    runQueueDelay: LatencySummary(p50: 640, p99: 81_920, p999: 2_097_152),
                    diskReads: LatencySummary(p99: 163_840), diskWrites: LatencySummary(p99: 1_310_720))
            ],
            calls: [
                CallSample(
                    component: ComponentID("batch"), function: "libz:deflate", start: start, end: Self.end,
                    usage: CallUsage(time: .perSecond)),
                CallSample(
                    component: ComponentID("web"), function: "libssl:SSL_write", start: start, end: Self.end,
                    usage: CallUsage(calls: 1200, left: 2, time: 750_000_000),
                    durations: LatencySummary(p50: 163_840, p99: 1_310_720)),
            ],
            losses: .sum(lost))
    }

    /// What is counted of functions is the components' own already.
    @Test func functionsAddNothingToTheMachineButTheirCalls() throws {
        let live = view()
        var bare = live
        bare.calls = []
        var machine = RecordedWindow(live, mostThreads: 3).machine
        #expect(machine[.calls] == 1200 && machine[.callTime] == 1_750_000_000 && machine[.callsLeft] == 2)
        for metric in [Metric.calls, .callTime, .callsLeft] { machine[metric] = 0 }
        #expect(machine == RecordedWindow(bare, mostThreads: 3).machine)
        let replayed = TraceView(RecordedWindow(live, mostThreads: 3))
        #expect(replayed.samples.map(\.component) == live.samples.map(\.component))
        #expect(replayed.calls.map(\.subcomponent) == live.calls.map(\.subcomponent))
    }

    @Test func aNameWithSlashesIsTheComponentsUpToTheLast() throws {
        let called = try #require(ComponentID("shop/a.slice/libz.so.1:deflate").calledFunction)
        #expect(called.component == ComponentID("shop/a.slice") && called.function == "libz.so.1:deflate")
        for name in ["shop", "shop/a", "libz:deflate", "shop/:f", "shop/lib:"] {
            #expect(ComponentID(name).calledFunction == nil, "\(name)")
        }
    }

    @Test(arguments: [0, 17] as [UInt64]) func replayEqualsLive(lost: UInt64) throws {
        let live = view(lost: lost)
        let folder = try TemporaryFolder(prefix: "mete-replay")
        let writer = try StoreWriter(
            path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        var recorded = RecordedWindow(live, mostThreads: 3)
        // The instants of this test are of the time of day already.
        recorded.move(to: Self.end.nanoseconds)
        try writer.append(recorded)
        try writer.close()
        let windows = try StoreReader(path: folder.file("r")).windows(in: 0...Int64.max / 2)
        let replayed = TraceView(try #require(windows.first))
        #expect(TraceTable(replayed, mostThreads: 3).text == TraceTable(live, mostThreads: 3).text)
        #expect(TraceTable(live, mostThreads: 3).text.contains("web"))
        #expect(TraceTable(live, mostThreads: 3).text.contains("  libssl:SSL_write"))
        #expect(TraceLine(replayed, mostThreads: 3).text == TraceLine(live, mostThreads: 3).text)
    }
}

extension RecordedWindow {
    fileprivate mutating func move(to end: Int64) {
        machine.end = end
        for index in components.indices { components[index].sample.end = end }
    }
}
