import CMeteProbes
import CMeteWire
package import MeteModel

/// One event of the scheduler.
package struct SchedEvent: Equatable, Sendable {
    /// A thread, or with id 0 an idle CPU.
    package struct Thread: Hashable, Sendable {
        package var tid: UInt32
        package var pid: UInt32

        package init(tid: UInt32, pid: UInt32) {
            self.tid = tid
            self.pid = pid
        }

        package var isIdle: Bool { tid == 0 }
    }

    /// In what state a thread leaves a CPU.
    package enum Leaving: Equatable, Sendable {
        /// It wants to go on.
        case runnable
        /// It waits for something else than a CPU.
        case blocked
        case ended
    }

    package enum Kind: Equatable, Sendable {
        case switched(Leaving)
        case woken
        /// What the CPU runs when tracing begins or ends.
        case running
    }

    /// Of the monotonic clock.
    package var time: Nanoseconds
    package var cpu: Int
    package var kind: Kind
    /// Which had the CPU.
    package var thread: Thread
    /// Which is given the CPU, or woken.
    package var next: Thread
    package var nextName: String
    /// Events of this CPU that are missing before this one.
    package var lostBefore: UInt64
    /// Of a switch: how long the thread that leaves has had the CPU, by the kernel's own clock and to 4.29 s; nil where that is not known.
    package var ran: Nanoseconds?

    package init(
        time: Nanoseconds, cpu: Int, kind: Kind, thread: Thread, next: Thread, nextName: String, lostBefore: UInt64 = 0,
        ran: Nanoseconds? = nil
    ) {
        self.time = time
        self.cpu = cpu
        self.kind = kind
        self.thread = thread
        self.next = next
        self.nextName = nextName
        self.lostBefore = lostBefore
        self.ran = ran
    }

    /// Nil for a kind that this version does not know.
    init?(_ raw: mete_sched_event) {
        let flags = UInt32(raw.flags)
        switch mete_sched_event_kind(UInt32(raw.kind)) {
        case METE_SCHED_SWITCH where flags & METE_SCHED_ENDED.rawValue != 0: kind = .switched(.ended)
        case METE_SCHED_SWITCH where flags & METE_SCHED_RUNNABLE.rawValue != 0: kind = .switched(.runnable)
        case METE_SCHED_SWITCH: kind = .switched(.blocked)
        case METE_SCHED_WAKEUP: kind = .woken
        case METE_SCHED_RUNNING: kind = .running
        default: return nil
        }
        time = Nanoseconds(raw.time_ns)
        cpu = Int(raw.cpu)
        thread = Thread(tid: raw.tid, pid: raw.pid)
        next = Thread(tid: raw.next_tid, pid: raw.next_pid)
        lostBefore = UInt64(raw.lost_before)
        ran = raw.ran_ns > 0 ? Nanoseconds(raw.ran_ns) : nil
        nextName = withUnsafeBytes(of: raw.next_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
