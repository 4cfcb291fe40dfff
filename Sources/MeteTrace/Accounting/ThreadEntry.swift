import CMeteProbes
import CMeteWire
import MeteModel

/// Names a thread for ever: ids are used again, a start time with the same id is not.
struct ThreadKey: Hashable {
    var tid: UInt32
    var startTime: UInt64

    init(_ record: mete_thread_record) {
        tid = record.tid
        startTime = record.start_ns
    }

    init(tid: UInt32, startTime: UInt64) {
        self.tid = tid
        self.startTime = startTime
    }
}

/// Counters of a thread since it started.
struct ThreadCounters: Equatable {
    var runTime: UInt64 = 0
    var wait: UInt64 = 0
    var voluntarySwitches: UInt64 = 0
    var involuntarySwitches: UInt64 = 0

    init() {}

    init(_ record: mete_thread_record) {
        runTime = record.run_ns
        wait = record.wait_ns
        voluntarySwitches = record.voluntary_switches
        involuntarySwitches = record.involuntary_switches
    }

    /// Moves on to `later` and returns what was added.
    ///
    /// Records of one thread may arrive out of order (a sweep beside the ring buffer), and a wait that was open when it was read
    /// may turn out a timer tick shorter once it is over, so no counter ever goes back.
    mutating func advance(to later: ThreadCounters) -> CPUUsage {
        let before = self
        runTime = max(runTime, later.runTime)
        wait = max(wait, later.wait)
        voluntarySwitches = max(voluntarySwitches, later.voluntarySwitches)
        involuntarySwitches = max(involuntarySwitches, later.involuntarySwitches)
        return CPUUsage(
            runTime: Nanoseconds(runTime - before.runTime),
            runQueueDelay: Nanoseconds(wait - before.wait),
            voluntarySwitches: voluntarySwitches - before.voluntarySwitches,
            involuntarySwitches: involuntarySwitches - before.involuntarySwitches)
    }
}

/// What is known of a live thread: who it is, what was counted so far, and how busy it has been lately.
struct ThreadEntry {
    var key: ThreadKey
    var pid: UInt32
    var name: ThreadName
    /// Index of its component in the ledger.
    var component: Int
    /// Counters up to which its usage has been given to a component.
    var counted: ThreadCounters
    /// What it used in the window that is open, and in the one before.
    var openWindow = CPUUsage()
    var lastWindow = CPUUsage()
    /// Cores, averaged with a half-life of half a second.
    var load = 0.0
    /// The complete sweep that last saw it.
    var seenInSweep: UInt32 = 0
    /// Whether the slot holds a thread at all.
    var isLive = true

    var ref: ThreadRef {
        ThreadRef(tid: Int32(bitPattern: key.tid), pid: Int32(bitPattern: pid), startTime: key.startTime)
    }
}
