import MeteModel

/// The live processes: what classification knows of each, and what it decided.
struct ProcessTable {
    struct Entry {
        /// As classification sees it: a cgroup of mete's own is replaced by the one that the process came from.
        var facts: ProcessFacts
        /// Start time of its first thread, nanoseconds since boot.
        var startTime: UInt64
        var assignment: Assignment
        /// Index in the ledger of the component that the process itself counts to.
        var component: Int
        /// Cgroup in each hierarchy as it really is.
        var cgroups: [CgroupMembership]
        /// How many programs it has begun to run, as the kernel side counts.
        var execs: UInt32 = 0
        var threads = 0
        /// Processes whose parent it is.
        var children = 0
        /// Threads of it that count to another component than the process.
        var strayThreads = 0
        /// As of when it was last looked at.
        var memory = MemoryUsage()
        /// When that was, for what takes a walk over its page tables; nil before the first.
        var walk: WalkSchedule.Walk?
        /// Of the program that it runs; nil until they are read.
        var libraries: [String]?
        /// Number of that program: see `DescriptionLog`.
        var program: UInt64 = 0
        /// Whether a description of it has been handed out.
        var isDescribed = false

        /// Its memory as of an instant, with the age of what is old.
        func memory(at now: Instant) -> MemoryUsage {
            guard let walk, walk.isComplete else { return memory }
            var memory = memory
            memory.walked = memory.resident
            memory.walkAge = max(0, now - walk.end)
            return memory
        }

        func key(_ pid: UInt32) -> ProcessKey { ProcessKey(pid: Int32(bitPattern: pid), start: startTime) }
    }

    private(set) var entries: [UInt32: Entry] = [:]

    subscript(pid: UInt32) -> Entry? {
        get { entries[pid] }
        _modify { yield &entries[pid] }
    }

    /// For classification: facts by process id.
    var lookup: ProcessLookup {
        { [entries] pid in entries[UInt32(bitPattern: pid)]?.facts }
    }
}
