import MeteModel
import MeteProtocol
import MeteTrace

extension ResourceReport {
    init(_ use: ResourceUse, _ traced: KernelProbes.Options) {
        self.init(
            runQueueDelay: RunQueueDelay(LatencySummary(use.latencies.runQueueDelay)),
            stalls: use.stalls.map { StallReport($0, length: use.length) })
        if traced.disk {
            diskReads = Disk(use.disk.reads, use, LatencySummary(use.latencies.diskReads))
            diskWrites = Disk(use.disk.writes, use, LatencySummary(use.latencies.diskWrites))
        }
        if traced.network { network = Network(use) }
        if traced.memory {
            memory = Memory(
                residentBytes: use.memory.resident, anonymousBytes: use.memory.anonymous,
                majorFaultsPerSecond: use.perSecond(use.faults.major))
        }
    }
}

extension ResourceReport.RunQueueDelay {
    init?(_ summary: LatencySummary) {
        guard let p50 = summary.p50, let p99 = summary.p99, let p999 = summary.p999 else { return nil }
        self.init(p50Seconds: p50.seconds, p99Seconds: p99.seconds, p999Seconds: p999.seconds)
    }
}

extension ResourceReport.Disk {
    init(_ direction: DiskUsage.Direction, _ use: ResourceUse, _ latencies: LatencySummary) {
        self.init(
            requestsPerSecond: use.perSecond(direction.requests), bytesPerSecond: use.perSecond(direction.bytes),
            meanLatencySeconds: direction.meanLatency?.seconds, p99LatencySeconds: latencies.p99?.seconds)
    }
}

extension ResourceReport.Network {
    init(_ use: ResourceUse) {
        let traffic = use.network.total
        self.init(
            sentBytesPerSecond: use.perSecond(traffic.sentBytes),
            sentPacketsPerSecond: use.perSecond(traffic.sentPackets),
            receivedBytesPerSecond: use.perSecond(traffic.receivedBytes),
            receivedPacketsPerSecond: use.perSecond(traffic.receivedPackets),
            retransmitsPerSecond: use.perSecond(use.network.retransmits))
    }
}
