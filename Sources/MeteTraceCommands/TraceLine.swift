import FoundationEssentials
import MeteModel
import MeteTrace

/// One window as a line of JSON: times in nanoseconds, amounts in cores. What is not known is left out.
struct TraceLine {
    let line: Line

    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers and strings alone: nothing here can fail to encode but a number that is none.
        return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    struct Line: Encodable {
        var start: Nanoseconds
        var end: Nanoseconds
        var cpus: Int
        var steal: Double
        var interrupts: Double
        var stalls: Stalls?
        var components: [Component]
        var processes: Processes?
        var losses: Losses
        /// Absent where there are none.
        var limits: [String]?
    }

    /// What has become known of processes.
    struct Processes: Encodable {
        var described: [ProcessDescription]
        var ended: [ProcessKey]
        var undescribed: UInt64
    }

    struct Component: Encodable {
        var component: String
        var used: Double
        var demand: Double
        var runNanoseconds: Nanoseconds
        var runQueueDelayNanoseconds: Nanoseconds
        var throttledNanoseconds: Nanoseconds
        var voluntarySwitches: UInt64
        var involuntarySwitches: UInt64
        var migrations: UInt64
        var minorFaults: UInt64
        var majorFaults: UInt64
        var runQueueDelay: Quantiles?
        var disturbedBy: [Disturber]?
        var memory: Memory?
        var disk: Disk?
        var network: Network?
        var calls: [Call]?
        var stalls: Stalls?
        var threads: Int
        var processes: Int
        var busiest: [BusyThread]
        /// Those that have most in memory.
        var largest: [LargeProcess]?
    }

    /// In nanoseconds, each the upper bound of the class it is in.
    struct Quantiles: Encodable {
        var p50: Nanoseconds?
        var p99: Nanoseconds?
        var p999: Nanoseconds?
        var count: UInt64?
    }

    /// In bytes, as `MemoryUsage` has them.
    struct Memory: Encodable {
        var resident: UInt64
        var anonymous: UInt64
        var proportional: UInt64
        var referenced: UInt64
        var swap: UInt64
        var walked: UInt64
        var walkAge: Nanoseconds?
    }

    /// As `MeteModel.Stalls` has them.
    struct Stalls: Encodable {
        var cpu: MeteModel.Stalls.Pressure?
        var memory: MeteModel.Stalls.Pressure?
        var disk: MeteModel.Stalls.Pressure?
        var groups: Int?
    }

    struct Disturber: Encodable {
        /// As `Disturbance.Runner.kind` has it.
        var kind: String
        var component: String?
        var nanoseconds: Nanoseconds
    }

    struct DiskDirection: Encodable {
        var requests: UInt64
        var bytes: UInt64
        var latencyNanoseconds: Nanoseconds
        var latency: Quantiles?
        var errors: UInt64
    }

    struct Disk: Encodable {
        var reads: DiskDirection
        var writes: DiskDirection
        var devices: [Device]?
    }

    struct Device: Encodable {
        var device: String
        var name: String
        var reads: DiskDirection
        var writes: DiskDirection
    }

    struct Network: Encodable {
        var retransmits: UInt64
        var sockets: [String: Traffic]
    }

    struct Call: Encodable {
        var function: String
        var calls: UInt64
        var left: UInt64
        var insideNanoseconds: Nanoseconds
        var duration: Quantiles?
    }

    struct LargeProcess: Encodable {
        var pid: Int32
        var name: String
        var memory: Memory
    }

    struct BusyThread: Encodable {
        var tid: Int32
        var pid: Int32
        var name: String
        var runNanoseconds: Nanoseconds
        var runQueueDelayNanoseconds: Nanoseconds
        var voluntarySwitches: UInt64
        var involuntarySwitches: UInt64
        var migrations: UInt64
        var minorFaults: UInt64
        var majorFaults: UInt64
        var disk: Disk?
        var network: Traffic?
    }

    /// By kind, and of all kinds as `all`.
    struct Losses: Encodable {
        private let counts: [String: UInt64]

        init(_ losses: TraceView.Losses) {
            switch losses {
            case .sum(let count): counts = ["all": count]
            case .each(let each):
                let kinds = LossKind.all.map { ($0.name, each[keyPath: $0.count]) }
                counts = Dictionary(kinds + [("all", each.count)], uniquingKeysWith: { first, _ in first })
            }
        }

        func encode(to encoder: any Encoder) throws { try counts.encode(to: encoder) }
    }

    /// - Parameters:
    ///   - mostThreads: per component.
    ///   - describes: whether to say what processes are.
    init(_ view: TraceView, mostThreads: Int, describes: Bool = false) {
        let calls = Dictionary(grouping: view.calls, by: \.component)
        line = Line(
            start: view.samples.first?.start.nanoseconds ?? 0, end: view.samples.first?.end.nanoseconds ?? 0,
            cpus: view.capacity.cpus, steal: view.capacity.steal, interrupts: view.capacity.interrupts,
            stalls: view.stalls.map { Stalls($0, in: view) },
            components: view.samples.map {
                Component($0, calls[$0.component], in: view, mostThreads: mostThreads)
            },
            processes: describes ? view.processes.map { Processes($0) } : nil, losses: Losses(view.losses),
            limits: view.limits.isEmpty ? nil : view.limits)
    }
}

extension TraceLine.Component {
    init(_ sample: UsageSample, _ calls: [CallSample]?, in view: TraceView, mostThreads: Int) {
        let traced = view.resources
        let latencies = view.latencies[sample.component] ?? TraceView.Latencies()
        self.init(
            component: sample.component.name, used: sample.usage, demand: sample.demand,
            runNanoseconds: sample.cpu.runTime, runQueueDelayNanoseconds: sample.cpu.runQueueDelay,
            throttledNanoseconds: sample.throttled, voluntarySwitches: sample.cpu.voluntarySwitches,
            involuntarySwitches: sample.cpu.involuntarySwitches, migrations: sample.cpu.migrations,
            minorFaults: sample.faults.minor, majorFaults: sample.faults.major,
            runQueueDelay: TraceLine.Quantiles(latencies.runQueueDelay),
            disturbedBy: view.detail?.disturbances[sample.component].map { $0.map { TraceLine.Disturber($0) } },
            memory: traced.contains(.memory) ? TraceLine.Memory(sample.memory, in: view) : nil,
            disk: traced.contains(.disk) ? TraceLine.Disk(sample, latencies, view.detail) : nil,
            network: traced.contains(.network) ? TraceLine.Network(sample.network) : nil,
            calls: calls.map { $0.map { TraceLine.Call($0) } },
            stalls: sample.stalls.map { TraceLine.Stalls($0, in: view) }, threads: sample.threads,
            processes: sample.processes,
            busiest: view.threads(of: sample.component).prefix(mostThreads).map { TraceLine.BusyThread($0, traced) },
            largest: traced.contains(.memory) && view.detail != nil && !view.isRecorded
                ? view.memory(of: sample.component).prefix(mostThreads).map {
                    TraceLine.LargeProcess(
                        pid: $0.pid, name: $0.name, memory: TraceLine.Memory($0.memory, in: view))
                } : nil)
    }
}

extension TraceLine.Memory {
    init(_ usage: MemoryUsage, in view: TraceView) {
        self.init(
            resident: usage.resident, anonymous: usage.anonymous, proportional: usage.proportional,
            referenced: usage.referenced, swap: usage.swap, walked: usage.walked,
            walkAge: view.isRecorded ? nil : usage.walkAge)
    }
}

extension TraceLine.Stalls {
    init(_ stalls: MeteModel.Stalls, in view: TraceView) {
        self.init(
            cpu: stalls.cpu, memory: stalls.memory, disk: stalls.disk, groups: view.isRecorded ? nil : stalls.groups)
    }
}

extension TraceLine.Quantiles {
    init?(_ summary: LatencySummary) {
        guard summary != LatencySummary() else { return nil }
        self.init(
            p50: summary.p50, p99: summary.p99, p999: summary.p999, count: summary.count > 0 ? summary.count : nil)
    }
}

extension TraceLine.Processes {
    init(_ changes: ProcessChanges) {
        self.init(described: changes.described, ended: changes.ended, undescribed: changes.undescribed)
    }
}

extension TraceLine.Disturber {
    init(_ disturbance: Disturbance) {
        nanoseconds = disturbance.time
        kind = disturbance.runner.kind
        component = disturbance.runner.component?.name
    }
}

extension TraceLine.DiskDirection {
    init(_ usage: DiskUsage.Direction, _ latencies: LatencySummary? = nil) {
        self.init(
            requests: usage.requests, bytes: usage.bytes, latencyNanoseconds: usage.latency,
            latency: latencies.flatMap { TraceLine.Quantiles($0) }, errors: usage.errors)
    }
}

extension TraceLine.Disk {
    init(_ sample: UsageSample, _ latencies: TraceView.Latencies, _ detail: TraceView.Detail?) {
        self.init(
            reads: TraceLine.DiskDirection(sample.disk.reads, latencies.diskReads),
            writes: TraceLine.DiskDirection(sample.disk.writes, latencies.diskWrites),
            devices: detail?.disks.filter { $0.component == sample.component }.map {
                TraceLine.Device(
                    device: "\($0.device.major):\($0.device.minor)", name: detail?.name(of: $0.device) ?? "",
                    reads: TraceLine.DiskDirection($0.usage.reads), writes: TraceLine.DiskDirection($0.usage.writes))
            })
    }
}

extension TraceLine.Network {
    init(_ usage: NetworkUsage) {
        self.init(
            retransmits: usage.retransmits,
            sockets: Dictionary(uniqueKeysWithValues: usage.traffic.map { ($0.key.rawValue, $0.value) }))
    }
}

extension TraceLine.Call {
    init(_ sample: CallSample) {
        self.init(
            function: sample.function, calls: sample.usage.calls, left: sample.usage.left,
            insideNanoseconds: sample.usage.time, duration: TraceLine.Quantiles(sample.durations))
    }
}

extension TraceLine.BusyThread {
    init(_ usage: ThreadUsage, _ traced: TracedResources) {
        let cpu = usage.use.cpu
        self.init(
            tid: usage.thread.tid, pid: usage.thread.pid, name: usage.name, runNanoseconds: cpu.runTime,
            runQueueDelayNanoseconds: cpu.runQueueDelay, voluntarySwitches: cpu.voluntarySwitches,
            involuntarySwitches: cpu.involuntarySwitches, migrations: cpu.migrations,
            minorFaults: usage.use.faults.minor, majorFaults: usage.use.faults.major,
            disk: traced.contains(.disk)
                ? TraceLine.Disk(
                    reads: TraceLine.DiskDirection(usage.disk.reads), writes: TraceLine.DiskDirection(usage.disk.writes)
                )
                : nil,
            network: traced.contains(.network) ? usage.use.traffic : nil)
    }
}
