import FoundationEssentials
import MeteModel
import MeteTrace

/// One window as a line of JSON: times in nanoseconds, amounts in cores.
struct TraceLine {
    let text: String

    fileprivate struct Line: Encodable {
        var start: Nanoseconds
        var end: Nanoseconds
        var cpus: Int
        var steal: Double
        var interrupts: Double
        var components: [Component]
        var losses: Losses
    }

    fileprivate struct Component: Encodable {
        var component: String
        var used: Double
        var demand: Double
        var runNanoseconds: Nanoseconds
        var runQueueDelayNanoseconds: Nanoseconds
        var voluntarySwitches: UInt64
        var involuntarySwitches: UInt64
        var migrations: UInt64
        var minorFaults: UInt64
        var majorFaults: UInt64
        var runQueueDelay: Quantiles?
        var disturbedBy: [Disturber]?
        var memory: MemoryUsage?
        var disk: Disk?
        var network: Network?
        var threads: Int
        var processes: Int
        var busiest: [BusyThread]
    }

    /// In nanoseconds, each the upper bound of the class it is in.
    fileprivate struct Quantiles: Encodable {
        var p50: Nanoseconds?
        var p99: Nanoseconds?
        var p999: Nanoseconds?
        var count: UInt64
    }

    fileprivate struct Disturber: Encodable {
        /// `component`, `real-time`, `deadline`, `idle` or `unknown`.
        var kind: String
        var component: String?
        var nanoseconds: Nanoseconds
    }

    fileprivate struct DiskDirection: Encodable {
        var requests: UInt64
        var bytes: UInt64
        var latencyNanoseconds: Nanoseconds
        var latency: Quantiles?
    }

    fileprivate struct Disk: Encodable {
        var reads: DiskDirection
        var writes: DiskDirection
        var devices: [Device]?
    }

    fileprivate struct Device: Encodable {
        var device: String
        var name: String
        var reads: DiskDirection
        var writes: DiskDirection
    }

    fileprivate struct Network: Encodable {
        var retransmits: UInt64
        var sockets: [String: Traffic]
    }

    fileprivate struct BusyThread: Encodable {
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

    fileprivate struct Losses: Encodable {
        var usageRecords: UInt64
        var eventRecords: UInt64
        var exitRecords: UInt64
        var unattributedThreads: UInt64
        var unattributedDiskRequests: UInt64
        var threadlessDiskRequests: UInt64
        var uncountedDiskRequests: UInt64
        var threadlessSocketCalls: UInt64
    }

    init(_ view: TraceView, mostThreads: Int) {
        let window = view.window
        let traced = view.resources
        let line = Line(
            start: window.samples.first?.start.nanoseconds ?? 0, end: window.samples.first?.end.nanoseconds ?? 0,
            cpus: window.capacity.cpus, steal: window.capacity.steal, interrupts: window.capacity.interrupts,
            components: window.samples.map { sample in
                let busiest = (view.threads[sample.component] ?? []).prefix(mostThreads)
                let latencies = view.latencies[sample.component] ?? ComponentLatencies()
                return Component(
                    component: sample.component.name, used: sample.usage, demand: sample.demand,
                    runNanoseconds: sample.cpu.runTime, runQueueDelayNanoseconds: sample.cpu.runQueueDelay,
                    voluntarySwitches: sample.cpu.voluntarySwitches,
                    involuntarySwitches: sample.cpu.involuntarySwitches, migrations: sample.cpu.migrations,
                    minorFaults: sample.faults.minor, majorFaults: sample.faults.major,
                    runQueueDelay: Quantiles(latencies.runQueueDelay),
                    disturbedBy: view.disturbances[sample.component].map { $0.map { Disturber($0) } },
                    memory: traced.contains(.memory) ? sample.memory : nil,
                    disk: traced.contains(.disk) ? Disk(sample, latencies, window.disks) : nil,
                    network: traced.contains(.network) ? Network(sample.network) : nil, threads: sample.threads,
                    processes: sample.processes, busiest: busiest.map { BusyThread($0, traced) })
            },
            losses: Losses(
                usageRecords: window.losses.usageRecords, eventRecords: window.losses.eventRecords,
                exitRecords: window.losses.exitRecords, unattributedThreads: window.losses.unattributedThreads,
                unattributedDiskRequests: window.losses.unattributedRequests,
                threadlessDiskRequests: window.losses.threadlessRequests,
                uncountedDiskRequests: window.losses.uncountedRequests,
                threadlessSocketCalls: window.losses.threadlessTraffic))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers and strings alone: nothing here can fail to encode but a number that is none.
        text = (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension TraceLine.Quantiles {
    init?(_ histogram: LatencyHistogram) {
        let count = histogram.total
        guard count > 0 else { return nil }
        self.init(
            p50: histogram.quantile(0.5), p99: histogram.quantile(0.99), p999: histogram.quantile(0.999), count: count)
    }
}

extension TraceLine.Disturber {
    init(_ disturbance: Disturbance) {
        nanoseconds = disturbance.time
        switch disturbance.runner {
        case .component(let id):
            kind = "component"
            component = id.name
        case .realTime: kind = "real-time"
        case .deadline: kind = "deadline"
        case .idle: kind = "idle"
        case .unknown: kind = "unknown"
        }
    }
}

extension TraceLine.DiskDirection {
    init(_ usage: DiskUsage.Direction, _ latencies: LatencyHistogram? = nil) {
        self.init(
            requests: usage.requests, bytes: usage.bytes, latencyNanoseconds: usage.latency,
            latency: latencies.flatMap { TraceLine.Quantiles($0) })
    }
}

extension TraceLine.Disk {
    init(_ sample: UsageSample, _ latencies: ComponentLatencies, _ disks: [DiskSample]) {
        self.init(
            reads: TraceLine.DiskDirection(sample.disk.reads, latencies.diskReads),
            writes: TraceLine.DiskDirection(sample.disk.writes, latencies.diskWrites),
            devices: disks.filter { $0.component == sample.component }.map {
                TraceLine.Device(
                    device: "\($0.device.major):\($0.device.minor)", name: DiskNames.name(of: $0.device),
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
