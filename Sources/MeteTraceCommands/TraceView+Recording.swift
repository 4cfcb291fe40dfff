import MeteModel
import MeteStore
import MeteTrace

extension TraceView {
    /// What a recording shows of a window. Instants are those of the time of day.
    ///
    /// - Parameter sessions: of the recording: they say what was traced.
    init(_ window: RecordedWindow, _ sessions: [RecordedSession] = []) {
        let machine = window.machine
        let end = Instant(nanoseconds: machine.end)
        let start = Instant(nanoseconds: machine.end - machine.length)
        var latencies: [ComponentID: Latencies] = [:]
        let sockets = window.detail.map { Dictionary(grouping: $0.sockets, by: \.component) }
        var samples: [UsageSample] = []
        var calls: [CallSample] = []
        for (component, sample) in window.components {
            if let call = CallSample(component, sample, start: start, end: end) {
                calls.append(call)
            } else {
                latencies[component] = Latencies(sample)
                samples.append(
                    UsageSample(
                        component, sample, sockets.map { $0[component] ?? [] }, sessions, start: start, end: end))
            }
        }
        self.init(
            samples: samples,
            capacity: CapacityReading(
                cpus: Int(machine[.cpus]), steal: Double(machine[.steal]) / 1000,
                interrupts: Double(machine[.interrupts]) / 1000),
            threadCount: Int(machine[.threads]), resources: TracedResources(in: machine, sessions),
            latencies: latencies,
            calls: calls, losses: .sum(UInt64(clamping: machine[.lost])),
            stalls: Stalls(machine, sessions, saysNone: !sessions.isEmpty),
            detail: window.detail.map { Detail($0) },
            limits: sessions.isEmpty
                ? [] : RecordingCaveats.sessions(sessions, machine.end...machine.end).map { "\($0)." })
        isRecorded = true
    }
}

extension TracedResources {
    /// Those of which a sample has anything that was measured.
    fileprivate init(in sample: RecordedSample, _ sessions: [RecordedSession]) {
        let metrics: [(TracedResources, [Metric])] = [
            (.disk, [.readRequests, .writeRequests]), (.network, [.sentBytes, .receivedBytes]), (.memory, [.resident]),
        ]
        self = []
        for (resource, metrics) in metrics where metrics.contains(where: { sessions.traced($0, in: sample) }) {
            insert(resource)
        }
    }
}

extension TraceView.Detail {
    fileprivate init(_ detail: RecordedDetail) {
        self.init(
            threads: Dictionary(
                grouping: detail.threads.map {
                    ThreadUsage(
                        component: $0.component, thread: ThreadRef(tid: $0.tid, pid: $0.pid, startTime: 0),
                        name: $0.name,
                        use: $0.use, disk: $0.disk)
                }, by: \.component),
            disturbances: Dictionary(grouping: detail.disturbances, by: \.waiter),
            disks: detail.devices.map { DiskSample(device: $0.device, component: $0.component, usage: $0.usage) },
            diskNames: Dictionary(
                detail.devices.map { ($0.device, $0.name) }, uniquingKeysWith: { name, _ in name }))
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

extension CallSample {
    /// Nil for what is not of a function.
    fileprivate init?(_ subcomponent: ComponentID, _ sample: RecordedSample, start: Instant, end: Instant) {
        let metrics: [Metric] = [.calls, .callTime, .callsLeft, .callP99]
        guard metrics.contains(where: { sample[$0] != 0 }), let called = subcomponent.calledFunction else { return nil }
        func known(_ metric: Metric) -> Nanoseconds? { sample[metric] > 0 ? sample[metric] : nil }
        self.init(
            component: called.component, function: called.function, start: start, end: end,
            usage: CallUsage(
                calls: UInt64(clamping: sample[.calls]), left: UInt64(clamping: sample[.callsLeft]),
                time: sample[.callTime]),
            durations: LatencySummary(p50: known(.callP50), p99: known(.callP99)))
    }
}

extension Stalls {
    /// Nil where nothing is known: sessions tell what the kernel does not say.
    ///
    /// - Parameter saysNone: whether that nothing stood still is known of it. It is of the machine; of a component a recording does not tell
    ///   it from having no group.
    fileprivate init?(_ sample: RecordedSample, _ sessions: [RecordedSession], saysNone: Bool) {
        func pressure(_ some: Metric, _ full: Metric) -> Pressure? {
            let pressure = Pressure(some: sample[some], full: sample[full])
            return pressure != Pressure() || sessions.traced(some, in: sample) ? pressure : nil
        }
        self.init(
            cpu: pressure(.cpuStalledSome, .cpuStalledFull), memory: pressure(.memoryStalledSome, .memoryStalledFull),
            disk: pressure(.diskStalledSome, .diskStalledFull))
        if self == Stalls() || isZero && !saysNone { return nil }
    }
}

extension UsageSample {
    /// - Parameter sockets: by kind; nil where the recording does not tell them apart.
    fileprivate init(
        _ component: ComponentID, _ sample: RecordedSample, _ sockets: [RecordedDetail.Sockets]?,
        _ sessions: [RecordedSession], start: Instant, end: Instant
    ) {
        func amount(_ metric: Metric) -> UInt64 { UInt64(clamping: sample[metric]) }
        self.init(
            component: component, start: start, end: end,
            cpu: CPUUsage(
                runTime: sample[.runTime], runQueueDelay: sample[.runQueueDelay],
                voluntarySwitches: amount(.voluntarySwitches), involuntarySwitches: amount(.involuntarySwitches),
                migrations: amount(.migrations)),
            throttled: sample[.throttled],
            faults: PageFaults(minor: amount(.minorFaults), major: amount(.majorFaults)),
            memory: MemoryUsage(
                resident: amount(.resident), anonymous: amount(.anonymous), proportional: amount(.proportional),
                referenced: amount(.referenced), swap: amount(.swap), walked: amount(.walked)),
            disk: DiskUsage(
                reads: DiskUsage.Direction(
                    requests: amount(.readRequests), bytes: amount(.readBytes), latency: sample[.readLatency],
                    errors: amount(.readErrors)),
                writes: DiskUsage.Direction(
                    requests: amount(.writeRequests), bytes: amount(.writeBytes), latency: sample[.writeLatency],
                    errors: amount(.writeErrors))),
            stalls: Stalls(sample, sessions, saysNone: false), threads: Int(sample[.threads]),
            processes: Int(sample[.processes]))
        let traffic = Traffic(
            sentBytes: amount(.sentBytes), sentPackets: amount(.sentPackets),
            receivedBytes: amount(.receivedBytes), receivedPackets: amount(.receivedPackets))
        if let sockets {
            for part in sockets { network.traffic[part.kind] = part.traffic }
        } else if traffic != Traffic() {
            network.traffic[.other] = traffic
        }
        network.retransmits = amount(.retransmits)
    }
}
