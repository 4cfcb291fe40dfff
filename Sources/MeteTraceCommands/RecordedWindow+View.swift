import Glibc
import MeteModel
import MeteStore
import MeteTrace

extension RecordedWindow {
    /// What of a window goes into a recording.
    ///
    /// - Parameter mostThreads: how many of the busiest threads of each component.
    init(_ view: TraceView, mostThreads: Int) {
        let end = WallClock.nanoseconds(at: view.samples.first?.end ?? Instant(nanoseconds: 0))
        let length = view.length
        var machine = RecordedSample(end: end, length: length)
        machine[.capacity] = Int64(view.capacity.cores * 1000)
        machine[.steal] = Int64(view.capacity.steal * 1000)
        machine[.interrupts] = Int64(view.capacity.interrupts * 1000)
        for sample in view.samples {
            let recorded = RecordedSample(sample, nil, end: end)
            for metric in Metric.allCases where metric.fold == .sum { machine[metric] &+= recorded[metric] }
            machine[.processes] += Int64(sample.processes)
            machine[.resident] &+= recorded[.resident]
            machine[.anonymous] &+= recorded[.anonymous]
        }
        machine[.threads] = Int64(view.threadCount)
        machine[.cpus] = Int64(view.capacity.cpus)
        machine[.lost] =
            switch view.losses {
            case .each(let each): Int64(clamping: each.count)
            case .sum(let count): Int64(clamping: count)
            }
        var components = view.samples.compactMap { sample -> (component: ComponentID, sample: RecordedSample)? in
            var recorded = RecordedSample(sample, view.latencies[sample.component], end: end)
            recorded[.disturbed] = view.detail?.disturbed(sample.component) ?? 0
            machine[.disturbed] &+= recorded[.disturbed]
            return recorded.isIdle ? nil : (sample.component, recorded)
        }
        // What is counted there is in no other metric of the component.
        for call in view.calls {
            let recorded = RecordedSample(call, end: end)
            machine[.calls] &+= recorded[.calls]
            machine[.callTime] &+= recorded[.callTime]
            machine[.callsLeft] &+= recorded[.callsLeft]
            components.append((call.subcomponent, recorded))
        }
        self.init(
            machine: machine, components: components,
            detail: view.detail.map { RecordedDetail($0, of: view.samples, mostThreads: mostThreads) })
    }
}

extension TraceView.Detail {
    /// How long others ran while threads of a component waited.
    fileprivate func disturbed(_ component: ComponentID) -> Nanoseconds {
        (disturbances[component] ?? []).reduce(0) { $0 + ($1.runner.isOther(than: component) ? $1.time : 0) }
    }
}

extension RecordedDetail {
    fileprivate init(_ detail: TraceView.Detail, of samples: [UsageSample], mostThreads: Int) {
        self.init()
        devices = detail.disks.map {
            Device(component: $0.component, device: $0.device, name: detail.name(of: $0.device), usage: $0.usage)
        }
        for sample in samples {
            for kind in SocketClass.allCases {
                guard let traffic = sample.network.traffic[kind] else { continue }
                sockets.append(Sockets(component: sample.component, kind: kind, traffic: traffic))
            }
            disturbances += detail.disturbances[sample.component] ?? []
            threads += (detail.threads[sample.component] ?? []).prefix(mostThreads).map {
                Thread(
                    component: $0.component, tid: $0.thread.tid, pid: $0.thread.pid, name: $0.name, use: $0.use,
                    disk: $0.disk)
            }
        }
    }
}

extension RecordedSample {
    fileprivate init(_ sample: UsageSample, _ latencies: TraceView.Latencies?, end: Int64) {
        self.init(end: end, length: sample.window)
        self[.runTime] = sample.cpu.runTime
        self[.runQueueDelay] = sample.cpu.runQueueDelay
        self[.throttled] = sample.throttled
        self[.voluntarySwitches] = Int64(clamping: sample.cpu.voluntarySwitches)
        self[.involuntarySwitches] = Int64(clamping: sample.cpu.involuntarySwitches)
        self[.migrations] = Int64(clamping: sample.cpu.migrations)
        self[.minorFaults] = Int64(clamping: sample.faults.minor)
        self[.majorFaults] = Int64(clamping: sample.faults.major)
        self[.readRequests] = Int64(clamping: sample.disk.reads.requests)
        self[.readBytes] = Int64(clamping: sample.disk.reads.bytes)
        self[.readLatency] = sample.disk.reads.latency
        self[.writeRequests] = Int64(clamping: sample.disk.writes.requests)
        self[.writeBytes] = Int64(clamping: sample.disk.writes.bytes)
        self[.writeLatency] = sample.disk.writes.latency
        let traffic = sample.network.total
        self[.sentBytes] = Int64(clamping: traffic.sentBytes)
        self[.sentPackets] = Int64(clamping: traffic.sentPackets)
        self[.receivedBytes] = Int64(clamping: traffic.receivedBytes)
        self[.receivedPackets] = Int64(clamping: traffic.receivedPackets)
        self[.retransmits] = Int64(clamping: sample.network.retransmits)
        self[.resident] = Int64(clamping: sample.memory.resident)
        self[.anonymous] = Int64(clamping: sample.memory.anonymous)
        self[.threads] = Int64(sample.threads)
        self[.processes] = Int64(sample.processes)
        self[.delayP50] = latencies?.runQueueDelay.p50 ?? 0
        self[.delayP99] = latencies?.runQueueDelay.p99 ?? 0
        self[.delayP999] = latencies?.runQueueDelay.p999 ?? 0
        self[.readP99] = latencies?.diskReads.p99 ?? 0
        self[.writeP99] = latencies?.diskWrites.p99 ?? 0
    }
}

extension RecordedSample {
    fileprivate init(_ call: CallSample, end: Int64) {
        self.init(end: end, length: call.window)
        self[.calls] = Int64(clamping: call.usage.calls)
        self[.callTime] = call.usage.time
        self[.callsLeft] = Int64(clamping: call.usage.left)
        self[.callP50] = call.durations.p50 ?? 0
        self[.callP99] = call.durations.p99 ?? 0
    }
}

/// The time of day, for files that outlive the boot.
enum WallClock {
    /// Nanoseconds since 1970 at an instant of the monotonic clock, by what both clocks say now.
    static func nanoseconds(at instant: Instant) -> Int64 {
        read(CLOCK_REALTIME) - (read(CLOCK_MONOTONIC) - instant.nanoseconds)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
