import MeteModel

/// Whose page tables are walked next, and whether there is time for it.
///
/// A walk takes the kernel from 3 to 12 ms for each GiB of small pages, in which the process can map and unmap nothing. So all walks together get
/// a hundredth of the time of a core, each process a thousandth, and one with more than `mostResident` is not walked at all.
struct WalkSchedule {
    /// The last walk of a process.
    struct Walk: Equatable {
        var end: Instant
        /// How long it took.
        var cost: Nanoseconds
        /// What was resident then.
        var resident: UInt64
        /// Whether it found anything: the process may not be one that can be looked at.
        var isComplete: Bool
    }

    /// A process that may be walked.
    struct Candidate {
        var pid: UInt32
        var resident: UInt64
        var last: Walk?
    }

    static let mostResident: UInt64 = 4 << 30
    static let share: Nanoseconds = 100
    static let processShare: Nanoseconds = 1000
    /// However cheap it was, the last walk has to be so long ago.
    static let leastAge: Nanoseconds = .perSecond / 2
    /// What has not been used by then is lost: it would make one window a long one.
    private static let mostSaved: Nanoseconds = 20 * .perMillisecond
    /// After that long without a walk all that is resident counts as changed.
    private static let freshness: Nanoseconds = 60 * .perSecond
    /// Processes chosen at once; what has changed meanwhile is seen by the next choice.
    private static let round = 64

    /// Time that may be spent; less than nothing after a walk that took longer.
    private var balance: Nanoseconds = 0
    private var queue: [UInt32] = []

    /// A window of this length has passed.
    mutating func earn(_ window: Nanoseconds) {
        balance = min(balance + window / Self.share, Self.mostSaved)
    }

    /// The process to walk now, nil when there is none or no time.
    mutating func next(now: Instant, of candidates: () -> [Candidate]) -> UInt32? {
        guard balance > 0 else { return nil }
        if queue.isEmpty {
            let due = candidates().filter { Self.isDue($0, now) }
            queue = due.sorted { Self.staleness($0, now) < Self.staleness($1, now) }.suffix(Self.round).map(\.pid)
        }
        return queue.popLast()
    }

    mutating func pay(_ cost: Nanoseconds) { balance -= cost }

    private static func isDue(_ candidate: Candidate, _ now: Instant) -> Bool {
        guard candidate.resident > 0, candidate.resident <= mostResident else { return false }
        guard let last = candidate.last else { return true }
        return now - last.end >= max(leastAge, processShare * last.cost)
    }

    /// Bytes that may be different from what the last walk found.
    private static func staleness(_ candidate: Candidate, _ now: Instant) -> Double {
        let resident = Double(candidate.resident)
        guard let last = candidate.last else { return 2 * resident }
        let change = abs(resident - Double(last.resident))
        return change + resident * Double(now - last.end) / Double(freshness)
    }
}
