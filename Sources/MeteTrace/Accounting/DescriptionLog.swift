import MeteModel

/// What is to be said of processes the next time that somebody asks, and of which the libraries are yet to be read.
struct DescriptionLog {
    /// A program that a process was seen to run: a later one of the same process has another number.
    struct Program: Equatable {
        var pid: UInt32
        var number: UInt64
    }

    /// Whether anybody asks: otherwise nothing is noted, and nothing piles up.
    let isKept: Bool
    /// Processes that live and are new, or different from what was said of them.
    private var changed: Set<UInt32> = []
    /// Programs whose libraries are not read, with the latest moment at which each began, in that order; and those before them that
    /// have had their time and no turn.
    private var unread: [(program: Program, seen: Instant)] = []
    /// The same without that moment.
    private var programs: [Program] = []
    private var lastProgram: UInt64 = 0
    private var ended: [ProcessKey] = []
    private var shortLived: [ProcessDescription] = []
    private var undescribed: UInt64 = 0

    /// A storm of forks brings 20,000 a second, nearly all with nothing of their own to tell.
    private static let mostShortLived = 1000
    /// After a program was seen to begin, until its libraries are read: the dynamic linker is done by then, but on the busiest machine.
    static let settlingTime: Nanoseconds = .perSecond / 2

    init(isKept: Bool) {
        self.isKept = isKept
    }

    /// Something is different about a process.
    mutating func noteChange(of pid: UInt32) {
        if isKept { changed.insert(pid) }
    }

    /// A process runs a program whose libraries are not known.
    ///
    /// - Returns: the program's number.
    mutating func noteProgram(of pid: UInt32) -> UInt64 {
        lastProgram += 1
        guard isKept else { return lastProgram }
        changed.insert(pid)
        programs.append(Program(pid: pid, number: lastProgram))
        return lastProgram
    }

    /// Whether a process that ends now would end before all was said of it.
    func owesDescription(of pid: UInt32) -> Bool { changed.contains(pid) }

    var hasRoomForShortLived: Bool { shortLived.count < Self.mostShortLived }

    /// A process has ended.
    ///
    /// - Parameters:
    ///   - isDescribed: whether anything was ever said of it.
    ///   - description: what is owed.
    mutating func noteEnd(of process: ProcessKey, isDescribed: Bool, owing description: ProcessDescription?) {
        guard isKept else { return }
        if changed.remove(UInt32(bitPattern: process.pid)) != nil {
            if let description {
                shortLived.append(description)
            } else {
                undescribed += 1
                guard isDescribed else { return }
            }
        }
        ended.append(process)
    }

    /// A process that was described has another key from now on, under which it is described anew.
    mutating func noteOtherName(insteadOf process: ProcessKey) {
        if isKept { ended.append(process) }
    }

    /// The programs whose libraries can be read now, the first to begin first. Those that have begun since this was last called did so by
    /// `now`.
    mutating func takeUnread(now: Instant) -> ArraySlice<Program> {
        unread += programs.map { ($0, now) }
        programs = []
        let due = unread.prefix { now - $0.seen >= Self.settlingTime }.map(\.program)
        unread.removeFirst(due.count)
        return due[...]
    }

    /// Gives back those that there was no time for.
    mutating func putBack(_ programs: ArraySlice<Program>) {
        unread.insert(contentsOf: programs.map { ($0, Instant(nanoseconds: .min / 2)) }, at: 0)
    }

    /// All that is to be said, once.
    ///
    /// - Parameter description: of a process that lives.
    mutating func take(_ description: (UInt32) -> ProcessDescription?) -> ProcessChanges {
        var changes = ProcessChanges()
        changes.described = changed.sorted().compactMap(description) + shortLived
        changes.ended = ended
        changes.undescribed = undescribed
        changed = []
        ended = []
        shortLived = []
        undescribed = 0
        return changes
    }
}
