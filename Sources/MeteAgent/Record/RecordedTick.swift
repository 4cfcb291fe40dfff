import MeteControl
import MeteModel
import MeteStore
import MeteTrace

/// What of a tick goes into a recording. Made from the loop's snapshot on the recorder's thread.
struct RecordedTick: Sendable {
    let snapshot: AgentSnapshot
    /// Of the same window.
    let disturbances: [Disturbance]
    let changes: ProcessChanges
    /// Of the window, nanoseconds since 1970.
    let end: Int64

    init(_ snapshot: AgentSnapshot, disturbances: [Disturbance], changes: ProcessChanges) {
        self.snapshot = snapshot
        self.disturbances = disturbances
        self.changes = changes
        end = WallClock.nanoseconds(at: snapshot.at)
    }

    /// Of the window, nanoseconds since 1970.
    var span: Range<Int64> {
        let length = max(1, snapshot.window.samples.first?.window ?? snapshot.tickLength)
        return end - length..<end
    }

    /// About what it takes in memory: much of it is shared with other ticks, and counted here all the same.
    var estimatedBytes: Int {
        let components =
            MemoryLayout<UsageSample>.stride + MemoryLayout<AgentSnapshot.Component>.stride
            + MemoryLayout<Allotment>.stride + 3 * LatencyHistogram.classes * MemoryLayout<UInt64>.stride
        let calls = MemoryLayout<CallSample>.stride + MemoryLayout<AgentSnapshot.Call>.stride
        return MemoryLayout<AgentSnapshot>.stride + snapshot.components.count * components
            + snapshot.calls.count * calls + snapshot.window.disks.count * MemoryLayout<DiskSample>.stride
            + disturbances.count * MemoryLayout<Disturbance>.stride + processes.estimatedBytes
    }

    var processes: RecordedProcessChanges {
        RecordedProcessChanges(
            described: changes.described, ended: changes.ended, undescribed: changes.undescribed)
    }

    // MARK: Usage

    var window: RecordedWindow {
        let capacity = snapshot.window.capacity
        let samples = snapshot.window.samples
        let byComponent = Dictionary(
            zip(samples.map(\.component), snapshot.components), uniquingKeysWith: { first, _ in first })
        let allotted = Dictionary(
            (snapshot.plan?.allotments ?? []).map { ($0.component, $0.amount) }, uniquingKeysWith: { first, _ in first }
        )
        let disturbed = Dictionary(grouping: disturbances, by: \.waiter).mapValues { all in
            all.reduce(0) { $0 + ($1.runner.isOther(than: $1.waiter) ? $1.time : 0) }
        }
        let length = samples.first?.window ?? snapshot.tickLength
        var window = RecordedWindow(
            samples, stalls: snapshot.window.stalls, end: end, length: max(1, length)
        ) { component, sample in
            let forecast = byComponent[component]?.forecast?.demand
            sample[.forecastMedian] = Self.thousandths(forecast?.median)
            sample[.forecastP95] = Self.thousandths(forecast?.p95)
            sample[.allotted] = Self.thousandths(allotted[component])
            sample[.breaches] = breach(byComponent[component]) == nil ? 0 : 1
            sample[.disturbed] = disturbed[component] ?? 0
            guard snapshot.endsSecond, let latencies = byComponent[component]?.resources?.latencies else { return }
            // Of the whole second, known only now: other ticks have none.
            let delay = LatencySummary(latencies.runQueueDelay)
            sample[.delayP50] = delay.p50 ?? 0
            sample[.delayP99] = delay.p99 ?? 0
            sample[.delayP999] = delay.p999 ?? 0
            sample[.readP99] = LatencySummary(latencies.diskReads).p99 ?? 0
            sample[.writeP99] = LatencySummary(latencies.diskWrites).p99 ?? 0
        }
        window.machine[.capacity] = Self.thousandths(capacity.cores)
        window.machine[.steal] = Self.thousandths(capacity.steal)
        window.machine[.interrupts] = Self.thousandths(capacity.interrupts)
        window.machine[.threads] = Int64(snapshot.window.threads)
        window.machine[.cpus] = Int64(capacity.cpus)
        window.machine[.lost] = Int64(clamping: snapshot.window.losses.count)
        window.add(snapshot.window.calls)
        window.detail = detail
        return window
    }

    private var detail: RecordedDetail {
        var detail = RecordedDetail()
        detail.devices = snapshot.window.disks.map {
            RecordedDetail.Device(
                component: $0.component, device: $0.device, name: DiskNames.name(of: $0.device), usage: $0.usage)
        }
        for sample in snapshot.window.samples {
            for (kind, traffic) in sample.network.traffic {
                detail.sockets.append(
                    RecordedDetail.Sockets(component: sample.component, kind: kind, traffic: traffic))
            }
        }
        detail.disturbances = disturbances
        return detail
    }

    private static func thousandths(_ cores: Double?) -> Int64 {
        Int64(exactly: ((cores ?? 0) * 1000).rounded()) ?? 0
    }

    // MARK: Decisions

    /// One for each component, and where something was written that serves several, one of none.
    var decisions: [RecordedDecision] {
        let allotments = Dictionary(
            (snapshot.plan?.allotments ?? []).map { ($0.component, $0) }, uniquingKeysWith: { first, _ in first })
        let writes = Dictionary(grouping: writes, by: \.component)
        var decisions = zip(snapshot.window.samples, snapshot.components).map { sample, component in
            RecordedDecision(
                component: sample.component, end: end,
                forecast: component.forecast.map {
                    RecordedDecision.Forecast(demand: $0.demand, source: $0.source, reason: "\($0.reason)")
                },
                allotment: allotments[sample.component].map {
                    RecordedDecision.Allotment(
                        units: $0.units, amount: $0.amount, grants: $0.grants, change: $0.change,
                        plannedDemand: $0.plannedDemand)
                },
                writes: (writes[sample.component] ?? []).map(\.write), breach: breach(component))
        }
        if let shared = writes[nil], !shared.isEmpty {
            decisions.append(RecordedDecision(component: nil, end: end, writes: shared.map(\.write)))
        }
        return decisions
    }

    /// Why the guarantee did not hold, if that was found out in this tick.
    private func breach(_ component: AgentSnapshot.Component?) -> String? {
        guard let last = component?.lastBreach, last.at == snapshot.at else { return nil }
        return last.explanation
    }

    private var writes: [(component: ComponentID?, write: RecordedDecision.Write)] {
        guard let outcome = snapshot.outcome else { return [] }
        func line(
            _ write: Write, _ result: RecordedDecision.Write.Result, _ note: String = ""
        ) -> (component: ComponentID?, write: RecordedDecision.Write) {
            (
                write.component,
                RecordedDecision.Write(
                    setting: "\(write.setting)", value: "\(write.value)", result: result, note: note)
            )
        }
        var lines = outcome.applied.map { line($0.write, .written) }
        lines += outcome.failures.map { line($0.write, .refused, "\($0.error)") }
        // A setting stays yielded; it is said once.
        lines += outcome.yielded.filter { $0.since == snapshot.at }.map { yield in
            (
                nil,
                RecordedDecision.Write(
                    setting: "\(yield.setting)", value: "\(yield.left)", result: .yielded, note: "\(yield.found)")
            )
        }
        lines += outcome.rolledBack.map {
            (nil, RecordedDecision.Write(setting: "\($0)", value: "what was there before", result: .takenBack))
        }
        return lines
    }
}
