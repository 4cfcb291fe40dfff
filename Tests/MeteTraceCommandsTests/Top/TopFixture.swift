import MeteModel
import MeteTrace

@testable import MeteTraceCommands

/// Windows with something on every page.
enum TopFixture {
    static let web = ComponentID("web")
    static let batch = ComponentID("batch")
    /// 2027-01-15 08:00:00 UTC.
    static let end: Int64 = 1_800_000_000 * .perSecond

    static func thread(
        _ tid: Int32, of pid: Int32, _ name: String, in component: ComponentID, run: Int64 = 0, wait: Int64 = 0,
        traffic: Traffic = Traffic(), disk: DiskUsage = DiskUsage()
    ) -> ThreadUsage {
        ThreadUsage(
            component: component, thread: ThreadRef(tid: tid, pid: pid, startTime: 1), name: name,
            use: ThreadUse(cpu: CPUUsage(runTime: run, runQueueDelay: wait), traffic: traffic), disk: disk)
    }

    static let disk = DiskUsage(
        reads: DiskUsage.Direction(requests: 400, bytes: 400 << 12, latency: 40_000_000),
        writes: DiskUsage.Direction(requests: 20, bytes: 20 << 12, latency: 60_000_000))
    static let traffic = Traffic(sentBytes: 70_000, sentPackets: 60, receivedBytes: 5000, receivedPackets: 9)

    /// - Parameter run: what the component `web` ran, of a second.
    static func view(web run: Int64 = 300_000_000) -> TraceView {
        let start = Instant(nanoseconds: 99 * .perSecond)
        let end = start + .perSecond
        var web = UsageSample(
            component: web, start: start, end: end,
            cpu: CPUUsage(
                runTime: run, runQueueDelay: 400_000_000, voluntarySwitches: 900, involuntarySwitches: 30,
                migrations: 4),
            faults: PageFaults(minor: 12, major: 3), memory: MemoryUsage(resident: 80 << 20, anonymous: 50 << 20),
            disk: disk, threads: 8, processes: 2)
        web.network.traffic[.tcp4] = traffic
        web.network.retransmits = 2
        let batch = UsageSample(
            component: batch, start: start, end: end,
            cpu: CPUUsage(runTime: 1_600_000_000, runQueueDelay: 100_000_000, involuntarySwitches: 250),
            memory: MemoryUsage(resident: 9 << 30, anonymous: 9 << 30), threads: 2, processes: 1)
        let idle = UsageSample(
            component: ComponentID("idle"), start: start, end: end, cpu: CPUUsage(), threads: 1, processes: 1)
        var view = TraceView(
            samples: [batch, idle, web], capacity: CapacityReading(cpus: 2, steal: 0.25, interrupts: 0.125),
            threadCount: 11, resources: .all,
            latencies: [
                Self.web: TraceView.Latencies(
                    runQueueDelay: LatencySummary(p50: 640, p99: 8_192_000, p999: 20_971_520),
                    diskReads: LatencySummary(p99: 163_840), diskWrites: LatencySummary(p99: 1_310_720))
            ],
            losses: .each(TraceLosses()))
        view.detail = TraceView.Detail(
            threads: [
                Self.web: [
                    thread(201, of: 200, "worker", in: Self.web, run: run / 3 * 2, wait: 300_000_000, disk: disk),
                    thread(200, of: 200, "nginx", in: Self.web, run: run / 6, wait: 60_000_000, traffic: traffic),
                    thread(300, of: 300, "php", in: Self.web, run: run / 6, wait: 40_000_000),
                ],
                Self.batch: [
                    thread(400, of: 400, "stress", in: Self.batch, run: 900_000_000, wait: 40_000_000),
                    thread(401, of: 400, "stress", in: Self.batch, run: 700_000_000, wait: 60_000_000),
                ],
            ],
            disturbances: [
                Self.web: [
                    Disturbance(waiter: Self.web, runner: .component(Self.batch), time: 350_000_000),
                    Disturbance(waiter: Self.web, runner: .component(Self.web), time: 40_000_000),
                    Disturbance(waiter: Self.web, runner: .realTime, time: 10_000_000),
                ]
            ],
            disks: [DiskSample(device: DiskDevice(major: 4000, minor: 1), component: Self.web, usage: disk)],
            diskNames: [DiskDevice(major: 4000, minor: 1): "vdx"])
        return view
    }

    static func moment(_ view: TraceView = view(), words: String = "live", notes: [String] = []) -> TopMoment {
        let past = (1...8).map { PastWindow(view: Self.view(web: $0 * 100_000_000), end: end - (9 - $0) * .perSecond) }
        let shown = PastWindow(view: view, end: end)
        return TopMoment(shown: shown, past: past + [shown], words: words, notes: notes)
    }

    /// The state after these keys, in a window that does not change.
    static func state(
        _ keys: [Key], in view: TraceView = view(), _ size: TopScreen.Size = TopScreen.Size(columns: 80, rows: 24)
    ) -> TopState {
        var state = TopState()
        for key in keys {
            var rows = TopRows(view, state.request)
            state.settle(in: rows, height: TopScreen.tableHeight(size))
            _ = state.apply(key, in: rows)
            rows = TopRows(view, state.request)
            state.settle(in: rows, height: TopScreen.tableHeight(size))
        }
        return state
    }

    /// The screen after these keys.
    static func screen(
        _ columns: Int, _ lines: Int, _ keys: [Key] = [], _ moment: TopMoment = moment(), _ glyphs: Glyphs = .unicode
    ) -> TopScreen {
        let size = TopScreen.Size(columns: columns, rows: lines)
        guard let view = moment.shown?.view else { return TopScreen(TopState(), nil, moment, size, glyphs) }
        let state = state(keys, in: view, size)
        let rows = TopRows(view, state.request)
        var moment = moment
        if case .details(let id) = state.overlay { moment.details = TopDetails.facts(id, in: rows, nil) }
        return TopScreen(state, rows, moment, size, glyphs)
    }

    static func keys(_ text: String) -> [Key] { text.map { .character($0) } }
}

extension TopScreen {
    var text: String { lines.map(\.text).joined(separator: "\n") }
}
