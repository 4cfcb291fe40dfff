import Glibc
package import MeteModel

extension RecordedWindow {
    /// The samples of a window, and what the machine did as their sum; those of components that did nothing and have nobody are left out.
    ///
    /// - Parameters:
    ///   - stalls: of the machine.
    ///   - end: nanoseconds since 1970.
    ///   - complete: adds to a component's sample what is not in its usage.
    package init(
        _ samples: [UsageSample], stalls: Stalls?, end: Int64, length: Nanoseconds,
        complete: (ComponentID, inout RecordedSample) -> Void
    ) {
        var machine = RecordedSample(end: end, length: length)
        var components: [(component: ComponentID, sample: RecordedSample)] = []
        for sample in samples {
            var recorded = RecordedSample(sample, end: end)
            complete(sample.component, &recorded)
            for metric in Metric.allCases where metric.fold == .sum && metric.addsUpOverComponents {
                machine[metric] &+= recorded[metric]
            }
            for metric in Self.levelsThatAddUp { machine[metric] &+= recorded[metric] }
            if !recorded.isIdle { components.append((sample.component, recorded)) }
        }
        machine.set(stalls ?? Stalls())
        self.init(machine: machine, components: components)
    }

    private static let levelsThatAddUp: [Metric] = [
        .processes, .resident, .anonymous, .referenced, .proportional, .swap, .walked,
    ]
}

extension RecordedSample {
    fileprivate init(_ sample: UsageSample, end: Int64) {
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
        self[.readErrors] = Int64(clamping: sample.disk.reads.errors)
        self[.writeRequests] = Int64(clamping: sample.disk.writes.requests)
        self[.writeBytes] = Int64(clamping: sample.disk.writes.bytes)
        self[.writeLatency] = sample.disk.writes.latency
        self[.writeErrors] = Int64(clamping: sample.disk.writes.errors)
        let traffic = sample.network.total
        self[.sentBytes] = Int64(clamping: traffic.sentBytes)
        self[.sentPackets] = Int64(clamping: traffic.sentPackets)
        self[.receivedBytes] = Int64(clamping: traffic.receivedBytes)
        self[.receivedPackets] = Int64(clamping: traffic.receivedPackets)
        self[.retransmits] = Int64(clamping: sample.network.retransmits)
        self[.resident] = Int64(clamping: sample.memory.resident)
        self[.anonymous] = Int64(clamping: sample.memory.anonymous)
        self[.referenced] = Int64(clamping: sample.memory.referenced)
        self[.proportional] = Int64(clamping: sample.memory.proportional)
        self[.swap] = Int64(clamping: sample.memory.swap)
        self[.walked] = Int64(clamping: sample.memory.walked)
        set(sample.stalls ?? Stalls())
        self[.threads] = Int64(sample.threads)
        self[.processes] = Int64(sample.processes)
    }

    /// What the kernel does not say is kept as nothing.
    fileprivate mutating func set(_ stalls: Stalls) {
        self[.memoryStalledSome] = stalls.memory?.some ?? 0
        self[.memoryStalledFull] = stalls.memory?.full ?? 0
        self[.cpuStalledSome] = stalls.cpu?.some ?? 0
        self[.cpuStalledFull] = stalls.cpu?.full ?? 0
        self[.diskStalledSome] = stalls.disk?.some ?? 0
        self[.diskStalledFull] = stalls.disk?.full ?? 0
    }
}

/// The time of day, for files that outlive the boot.
package enum WallClock {
    /// Nanoseconds since 1970 at an instant of the monotonic clock, by what both clocks say now.
    package static func nanoseconds(at instant: Instant) -> Int64 {
        read(CLOCK_REALTIME) - (read(CLOCK_MONOTONIC) - instant.nanoseconds)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
