import CMeteProbes
import CMeteWire
import MeteModel

/// Names a thread for ever: ids are used again, a start time with the same id is not.
struct ThreadKey: Equatable {
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
    var migrations: UInt64 = 0
    var minorFaults: UInt64 = 0
    var majorFaults: UInt64 = 0
    var sentBytes: UInt64 = 0
    var sentPackets: UInt64 = 0
    var receivedBytes: UInt64 = 0
    var receivedPackets: UInt64 = 0

    init() {}

    init(_ record: mete_thread_record) {
        runTime = record.run_ns
        wait = record.wait_ns
        voluntarySwitches = record.voluntary_switches
        involuntarySwitches = record.involuntary_switches
        migrations = record.migrations
        minorFaults = record.minor_faults
        majorFaults = record.major_faults
        sentBytes = record.sent_bytes
        sentPackets = record.sent_packets
        receivedBytes = record.received_bytes
        receivedPackets = record.received_packets
    }

    /// Moves on to `later` and returns what was added.
    ///
    /// Records of one thread may arrive out of order (a sweep beside the ring buffer), and a wait that was open when it was read
    /// may turn out a timer tick shorter once it is over, so no counter ever goes back.
    mutating func advance(to later: ThreadCounters) -> ThreadUse {
        let before = self
        runTime = max(runTime, later.runTime)
        wait = max(wait, later.wait)
        voluntarySwitches = max(voluntarySwitches, later.voluntarySwitches)
        involuntarySwitches = max(involuntarySwitches, later.involuntarySwitches)
        migrations = max(migrations, later.migrations)
        minorFaults = max(minorFaults, later.minorFaults)
        majorFaults = max(majorFaults, later.majorFaults)
        sentBytes = max(sentBytes, later.sentBytes)
        sentPackets = max(sentPackets, later.sentPackets)
        receivedBytes = max(receivedBytes, later.receivedBytes)
        receivedPackets = max(receivedPackets, later.receivedPackets)
        return ThreadUse(
            cpu: CPUUsage(
                runTime: Nanoseconds(runTime - before.runTime), runQueueDelay: Nanoseconds(wait - before.wait),
                voluntarySwitches: voluntarySwitches - before.voluntarySwitches,
                involuntarySwitches: involuntarySwitches - before.involuntarySwitches,
                migrations: migrations - before.migrations),
            faults: PageFaults(
                minor: minorFaults - before.minorFaults, major: majorFaults - before.majorFaults),
            traffic: Traffic(
                sentBytes: sentBytes - before.sentBytes, sentPackets: sentPackets - before.sentPackets,
                receivedBytes: receivedBytes - before.receivedBytes,
                receivedPackets: receivedPackets - before.receivedPackets))
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
    var openWindow = ThreadUse()
    var lastWindow = ThreadUse()
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
