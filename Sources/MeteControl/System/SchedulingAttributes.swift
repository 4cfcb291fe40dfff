internal import CMeteLinux
internal import Glibc

/// How the kernel schedules one thread: the values of sched_setattr(2).
package struct SchedulingAttributes: Hashable, Sendable {
    package var policy: UInt32
    package var flags: UInt64
    package var nice: Int32
    package var priority: UInt32
    /// Nanoseconds; zero for all policies but SCHED_DEADLINE (fair threads may carry a slice in `runtime`).
    package var runtime: UInt64
    package var deadline: UInt64
    package var period: UInt64

    package init(
        policy: UInt32, flags: UInt64 = 0, nice: Int32 = 0, priority: UInt32 = 0, runtime: UInt64 = 0,
        deadline: UInt64 = 0, period: UInt64 = 0
    ) {
        self.policy = policy
        self.flags = flags
        self.nice = nice
        self.priority = priority
        self.runtime = runtime
        self.deadline = deadline
        self.period = period
    }

    /// A reservation that threads made later do not inherit; without that flag the thread could make none.
    package static func reservation(
        runtime: UInt64, deadline: UInt64, period: UInt64, reclaim: Bool
    ) -> SchedulingAttributes {
        SchedulingAttributes(
            policy: UInt32(METE_SCHED_DEADLINE),
            flags: UInt64(METE_SCHED_FLAG_RESET_ON_FORK) | (reclaim ? UInt64(METE_SCHED_FLAG_RECLAIM) : 0),
            runtime: runtime, deadline: deadline, period: period)
    }

    /// The reservation whose bandwidth the kernel rounds to nothing: half-way house of leaving SCHED_DEADLINE.
    package static let leaving = reservation(
        runtime: 1024, deadline: 4_194_304_000, period: 4_194_304_000, reclaim: false)

    package var isDeadline: Bool { policy == UInt32(METE_SCHED_DEADLINE) }
    package var isRealTime: Bool { policy == UInt32(METE_SCHED_FIFO) || policy == UInt32(METE_SCHED_RR) }

    /// As sched(7) calls the policy.
    package var policyName: String {
        switch policy {
        case 0: "SCHED_OTHER"
        case 1: "SCHED_FIFO"
        case 2: "SCHED_RR"
        case 3: "SCHED_BATCH"
        case 5: "SCHED_IDLE"
        case 6: "SCHED_DEADLINE"
        case 7: "SCHED_EXT"
        default: "scheduling policy \(policy)"
        }
    }

    /// The shortest slice that the kernel takes, in nanoseconds (sched_setattr(2), since 6.12).
    package static let shortestSlice: UInt64 = 100_000

    /// The slice in nanoseconds of fair threads for which nobody chose one, or nil where the kernel has no slices to choose.
    ///
    /// As the first process of the instance has it: mete's own threads may hold a reservation when this is looked up.
    package static let usualSlice: UInt64? = {
        guard let first = try? read(1), first.isFair, first.runtime > 0 else { return nil }
        return first.runtime
    }()

    /// SCHED_OTHER or SCHED_BATCH: what has a nice value and a slice.
    package var isFair: Bool { policy == UInt32(METE_SCHED_OTHER) || policy == UInt32(METE_SCHED_BATCH) }

    /// Share of one CPU that is reserved; zero for other policies.
    package var utilisation: Double { isDeadline && period > 0 ? Double(runtime) / Double(period) : 0 }

    /// Reads a thread's attributes.
    package static func read(_ tid: Int32) throws(Errno) -> SchedulingAttributes {
        var raw = mete_sched_attr()
        let status = mete_sched_getattr(tid, &raw)
        if status < 0 { throw Errno(-status) }
        return SchedulingAttributes(
            policy: raw.policy, flags: raw.flags, nice: raw.nice, priority: raw.priority, runtime: raw.runtime,
            deadline: raw.deadline, period: raw.period)
    }

    /// Gives a thread these attributes, in one step.
    package func write(_ tid: Int32) throws(Errno) {
        var raw = mete_sched_attr()
        raw.policy = policy
        raw.flags = flags
        raw.nice = nice
        raw.priority = priority
        // The usual slice is given back as no choice at all, so that it follows the kernel's again.
        raw.runtime = isFair && runtime == Self.usualSlice ? 0 : runtime
        raw.deadline = deadline
        raw.period = period
        let status = mete_sched_setattr(tid, &raw)
        if status < 0 { throw Errno(-status) }
    }

    /// Gives a thread these attributes; a thread that leaves SCHED_DEADLINE first shrinks its reservation.
    ///
    /// A thread that leaves while it sleeps keeps its bandwidth booked in the root domain, even beyond its death
    /// (seen on 6.1, 6.12, 6.18 and 7.2). With a bandwidth that rounds to nothing, nothing stays booked.
    ///
    /// Between the two steps, where `midway` is called, the thread has a microsecond in four seconds. A process killed there leaves it
    /// so until a restoration (`Setting.isTransient`). That cannot be avoided: sched_setattr(2) gives one policy or the other, nothing
    /// holds SIGKILL off, and to leave without the first step is the leak itself.
    package func writeWithoutLeak(_ tid: Int32, midway: () -> Void = {}) throws(Errno) {
        if !isDeadline, try Self.read(tid).isDeadline {
            try Self.leaving.write(tid)
            midway()
        }
        try write(tid)
    }

    /// Whether two values schedule a thread alike. A fair thread's slice is ignored where one side states none.
    package func isEquivalent(to other: SchedulingAttributes) -> Bool {
        guard policy == other.policy else { return false }
        if isDeadline {
            return runtime == other.runtime && deadline == other.deadline && period == other.period
                && (flags ^ other.flags) & UInt64(METE_SCHED_FLAG_RECLAIM) == 0
        }
        if isRealTime { return priority == other.priority }
        if isFair, runtime != other.runtime, runtime > 0, other.runtime > 0 { return false }
        return nice == other.nice && (flags ^ other.flags) & UInt64(METE_SCHED_FLAG_RESET_ON_FORK) == 0
    }
}
