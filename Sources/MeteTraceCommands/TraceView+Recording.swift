import MeteModel
import MeteStore
import MeteTrace

extension TraceView {
    /// What a recording shows of a window: components, without their threads and devices. Instants are those of the time of day.
    init(_ window: RecordedWindow) {
        let machine = window.machine
        let end = Instant(nanoseconds: machine.end)
        let start = Instant(nanoseconds: machine.end - machine.length)
        var latencies: [ComponentID: Latencies] = [:]
        let samples = window.components.map { component, sample in
            latencies[component] = Latencies(sample)
            return UsageSample(component, sample, start: start, end: end)
        }
        self.init(
            samples: samples,
            capacity: CapacityReading(
                cpus: Int(machine[.cpus]), steal: Double(machine[.steal]) / 1000,
                interrupts: Double(machine[.interrupts]) / 1000),
            threadCount: Int(machine[.threads]), resources: .all, latencies: latencies,
            losses: .sum(UInt64(clamping: machine[.lost])))
    }
}

extension TraceView.Latencies {
    fileprivate init(_ sample: RecordedSample) {
        func known(_ metric: Metric) -> Nanoseconds? { sample[metric] > 0 ? sample[metric] : nil }
        self.init(
            runQueueDelay: LatencySummary(p50: known(.delayP50), p99: known(.delayP99), p999: known(.delayP999)),
            diskReads: LatencySummary(p99: known(.readP99)), diskWrites: LatencySummary(p99: known(.writeP99)))
    }
}

extension UsageSample {
    fileprivate init(_ component: ComponentID, _ sample: RecordedSample, start: Instant, end: Instant) {
        func amount(_ metric: Metric) -> UInt64 { UInt64(clamping: sample[metric]) }
        self.init(
            component: component, start: start, end: end,
            cpu: CPUUsage(
                runTime: sample[.runTime], runQueueDelay: sample[.runQueueDelay],
                voluntarySwitches: amount(.voluntarySwitches), involuntarySwitches: amount(.involuntarySwitches),
                migrations: amount(.migrations)),
            faults: PageFaults(minor: amount(.minorFaults), major: amount(.majorFaults)),
            memory: MemoryUsage(resident: amount(.resident), anonymous: amount(.anonymous)),
            disk: DiskUsage(
                reads: DiskUsage.Direction(
                    requests: amount(.readRequests), bytes: amount(.readBytes), latency: sample[.readLatency]),
                writes: DiskUsage.Direction(
                    requests: amount(.writeRequests), bytes: amount(.writeBytes), latency: sample[.writeLatency])),
            threads: Int(sample[.threads]), processes: Int(sample[.processes]))
        let traffic = Traffic(
            sentBytes: amount(.sentBytes), sentPackets: amount(.sentPackets),
            receivedBytes: amount(.receivedBytes), receivedPackets: amount(.receivedPackets))
        // Which kinds of sockets it was is not in a recording.
        if traffic != Traffic() { network.traffic[.other] = traffic }
        network.retransmits = amount(.retransmits)
    }
}
