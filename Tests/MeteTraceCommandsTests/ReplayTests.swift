import MeteModel
import MeteStore
import MeteTestSupport
import MeteTrace
import Testing

@testable import MeteTraceCommands

/// A recording shows what was seen live.
struct ReplayTests {
    static let end = Instant(nanoseconds: 1_800_000_000 * .perSecond)

    /// A window with something in every table.
    func view(lost: UInt64 = 0, end: Instant = Self.end) -> TraceView {
        let start = Instant(nanoseconds: end.nanoseconds - .perSecond)
        var web = UsageSample(
            component: ComponentID("web"), start: start, end: end,
            cpu: CPUUsage(
                runTime: 300_000_000, runQueueDelay: 50_000_000, voluntarySwitches: 900, involuntarySwitches: 30,
                migrations: 4),
            throttled: 20_000_000,
            faults: PageFaults(minor: 12, major: 3),
            memory: MemoryUsage(
                resident: 80 << 20, anonymous: 50 << 20, proportional: 60 << 20, referenced: 70 << 20, swap: 5 << 20,
                walked: 40 << 20),
            disk: DiskUsage(
                reads: DiskUsage.Direction(requests: 10, bytes: 40_960, latency: 900_000, errors: 3),
                writes: DiskUsage.Direction(requests: 7, bytes: 7000, latency: 4_000_000)),
            stalls: Self.stalls(12), threads: 8, processes: 2)
        web.network.traffic[.tcp4] = Traffic(
            sentBytes: 5000, sentPackets: 9, receivedBytes: 70_000, receivedPackets: 60)
        web.network.traffic[.unix] = Traffic(sentBytes: 1, sentPackets: 1, receivedBytes: 2, receivedPackets: 2)
        web.network.retransmits = 2
        let idle = UsageSample(
            component: ComponentID("batch"), start: start, end: end, cpu: CPUUsage(runTime: 1_000), threads: 1,
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
                    component: ComponentID("batch"), function: "libz:deflate", start: start, end: end,
                    usage: CallUsage(time: .perSecond)),
                CallSample(
                    component: ComponentID("web"), function: "libssl:SSL_write", start: start, end: end,
                    usage: CallUsage(calls: 1200, left: 2, time: 750_000_000),
                    durations: LatencySummary(p50: 163_840, p99: 1_310_720)),
            ],
            losses: .sum(lost), stalls: Self.stalls(50), detail: detail(web))
    }

    @Test func failedRequestsAreToldWithTheirDisk() {
        var view = view()
        let (table, line) = (TraceTable(view, mostThreads: 1).text, TraceLine(view, mostThreads: 0).text)
        #expect(table.contains("    failed: 3 reads of "), "\(table)")
        #expect(line.contains("\"errors\":3"))
        #expect(TopColumn.failed.text(of: TopFigures(view.samples[1], in: view), seconds: 1) == "3")
        view.detail = nil
        #expect(TraceTable(view, mostThreads: 1).text.contains("    failed: 3 reads\n"))
    }

    private func detail(_ web: UsageSample) -> TraceView.Detail {
        let component = web.component
        let disk = DiskDevice(major: 259, minor: 3)
        return TraceView.Detail(
            threads: [
                component: [
                    ThreadUsage(
                        component: component, thread: ThreadRef(tid: 12, pid: 10, startTime: 0), name: "a busy: one",
                        use: ThreadUse(
                            cpu: CPUUsage(runTime: 200_000_000, runQueueDelay: 7_000_000, voluntarySwitches: 5),
                            faults: PageFaults(minor: 2, major: 1),
                            traffic: Traffic(sentBytes: 1000, sentPackets: 3, receivedBytes: 7, receivedPackets: 1)),
                        disk: web.disk),
                    ThreadUsage(
                        component: component, thread: ThreadRef(tid: 13, pid: 10, startTime: 0), name: "other",
                        use: ThreadUse(cpu: CPUUsage(runTime: 100_000_000))),
                ]
            ],
            disturbances: [
                component: [
                    Disturbance(waiter: component, runner: .component(ComponentID("batch")), time: 30_000_000),
                    Disturbance(waiter: component, runner: .realTime, time: 9_000_000),
                    Disturbance(waiter: component, runner: .throttled, time: 4_000_000),
                ]
            ], disks: [DiskSample(device: disk, component: component, usage: web.disk)],
            diskNames: [disk: "nvme9n1"])
    }

    /// What is counted of functions is the components' own already.
    @Test func functionsAddNothingToTheMachineButTheirCalls() throws {
        let live = view()
        var bare = live
        bare.calls = []
        var machine = RecordedWindow(live, mostThreads: 3).machine
        #expect(machine[.calls] == 1200 && machine[.callTime] == 1_750_000_000 && machine[.callsLeft] == 2)
        for metric in [Metric.calls, .callTime, .callsLeft] { machine[metric] = 0 }
        var expected = RecordedWindow(bare, mostThreads: 3).machine
        // What both clocks say of one instant differs by nanoseconds from look to look.
        expected.end = machine.end
        #expect(machine == expected)
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

    private static func stalls(_ some: Nanoseconds) -> Stalls {
        func pressure(_ part: Nanoseconds) -> Stalls.Pressure {
            Stalls.Pressure(some: some * part * .perMillisecond, full: some * part * .perMillisecond / 4)
        }
        return Stalls(cpu: pressure(1), memory: pressure(2), disk: pressure(3))
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
        for word in [
            "web", "a busy: one", "nvme9n1", "TCP, IPv4", "real-time threads", "its quota", "60M+", "70M+", "1.2%",
            "3.6%",
            "15.0%",
        ] {
            #expect(TraceTable(live, mostThreads: 3).text.contains(word), "\(word)")
        }
    }
}

extension RecordedWindow {
    mutating func move(to end: Int64) {
        machine.end = end
        for index in components.indices { components[index].sample.end = end }
    }
}
