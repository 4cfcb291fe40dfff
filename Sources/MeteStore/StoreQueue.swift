import Dispatch
package import MeteModel
import Synchronization

/// Windows on their way to a recording, which is written on a thread of its own: whoever measures hands a window over and goes on, however
/// slow the disk is.
///
/// What the disk refuses is tried again, at longer and longer intervals, while windows wait. When those that wait take more memory than they
/// may, further ones are counted and given up, but not what they say of processes, which goes on with the next that finds room; and
/// the recording says from when to when windows are missing, and why.
package final class StoreQueue: Sendable {
    package struct Settings: Sendable {
        /// Of windows that wait, by their makers' estimates.
        package var mostBytes = 64 << 20
        /// Before the first new attempt; twice as long before each further one, up to `longestPause`.
        package var firstPause: Nanoseconds = .perSecond
        package var longestPause: Nanoseconds = 60 * .perSecond

        package init() {}
    }

    package enum Event: Sendable {
        /// Nothing can be written for now; told once until it can be again.
        case interrupted(StoreError)
        /// It can again; so many windows are missing.
        case resumed(missing: UInt64)
    }

    /// As of now.
    package struct Status: Equatable, Sendable {
        /// Windows that are not in the recording, and will not be.
        package var missing: UInt64 = 0
        /// Why nothing can be written, if so.
        package var problem: StoreError?
        package var waitingBytes = 0
    }

    /// A window that waits.
    private struct Entry: Sendable {
        var bytes: Int
        var processes: RecordedProcessChanges
        /// What was given up before it.
        var interruption: RecordedInterruption?
        /// Where it is the first of another kind.
        var session: RecordedSession?
        var caveats: [String]
        var content: @Sendable () -> (window: RecordedWindow, decisions: [RecordedDecision])
    }

    /// Of both sides.
    private struct State {
        var status = Status()
        var waiting: [Entry] = []
        var changes = CarriedChanges()
        /// What is being given up.
        var interruption: RecordedInterruption?
        /// What the next window is the first of.
        var session: RecordedSession?
        /// Whether the writing side knows that there is something.
        var isScheduled = false
        /// `status.missing` when the disk began to refuse.
        var missingBefore: UInt64 = 0

        mutating func giveUp(_ span: Range<Int64>, _ processes: RecordedProcessChanges) {
            status.missing += 1
            changes.add(processes)
            let start = interruption?.start ?? span.lowerBound
            interruption = RecordedInterruption(
                start: start, end: span.upperBound,
                cause: status.problem.map { $0.cause } ?? "the disk was slower than what was measured")
        }

        /// The next to be written; nil once there is none, which the measuring side then knows.
        mutating func next() -> Entry? {
            guard !waiting.isEmpty else {
                isScheduled = false
                return nil
            }
            let entry = waiting.removeFirst()
            status.waitingBytes -= entry.bytes
            return entry
        }
    }

    /// Of the writing side alone.
    private struct Disk {
        var writer: StoreWriter?
        /// Attempts in a row that have failed.
        var failures = 0
        var isClosed = false
    }

    private let settings: Settings
    private let open: @Sendable (_ isAgain: Bool) throws(StoreError) -> sending StoreWriter
    private let tell: @Sendable (Event) -> Void
    private let queue = DispatchQueue(label: "mete.recording")
    private let state = Mutex(State())
    private let disk: Mutex<Disk>

    /// From this failure in a row on the file is opened anew, in case what was opened is there no more.
    private static let failuresToReopen = 4

    /// - Parameters:
    ///   - mustOpen: whether it is an error when the recording cannot be written at the start; otherwise it is tried again like later.
    ///   - open: makes the writer; told whether there was one before, whose recording it goes on with.
    ///   - tell: takes what an operator wants to read of, on the writing thread or, before this returns, on the caller's.
    package init(
        _ settings: Settings = Settings(), mustOpen: Bool,
        open: @escaping @Sendable (_ isAgain: Bool) throws(StoreError) -> sending StoreWriter,
        tell: @escaping @Sendable (Event) -> Void
    ) throws(StoreError) {
        self.settings = settings
        self.open = open
        self.tell = tell
        disk = Mutex(Disk())
        do throws(StoreError) {
            try disk.withLock { disk throws(StoreError) in disk.writer = try open(false) }
        } catch {
            if mustOpen { throw error }
            begin(with: error)
        }
    }

    /// With a writer that is open already.
    ///
    /// - Parameter reopen: goes on with its recording.
    package init(
        _ writer: sending StoreWriter, _ settings: Settings = Settings(),
        reopen: @escaping @Sendable () throws(StoreError) -> sending StoreWriter,
        tell: @escaping @Sendable (Event) -> Void
    ) {
        self.settings = settings
        open = { _ throws(StoreError) in try reopen() }
        self.tell = tell
        disk = Mutex(Disk(writer: writer))
    }

    package var status: Status { state.withLock { $0.status } }

    // MARK: The measuring side

    /// Takes a window over.
    ///
    /// - Parameters:
    ///   - span: of the window, nanoseconds since 1970.
    ///   - bytes: about what it takes in memory while it waits.
    ///   - caveats: what has to be known to read it, beside what its session says.
    ///   - content: makes what is written, on the writing thread.
    package func take(
        _ span: Range<Int64>, bytes: Int, processes: RecordedProcessChanges = RecordedProcessChanges(),
        caveats: [String] = [],
        content: @escaping @Sendable () -> (window: RecordedWindow, decisions: [RecordedDecision])
    ) {
        let isNew = state.withLock { state in
            // One that is too large by itself has to go through all the same.
            guard state.waiting.isEmpty || state.status.waitingBytes + bytes <= settings.mostBytes else {
                state.giveUp(span, processes)
                return false
            }
            state.waiting.append(
                Entry(
                    bytes: bytes, processes: state.changes.take(processes), interruption: state.interruption,
                    session: state.session, caveats: caveats, content: content))
            (state.interruption, state.session) = (nil, nil)
            state.status.waitingBytes += bytes
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isNew { queue.async { [self] in drain() } }
    }

    /// Windows that are taken over from now on are of this session.
    package func goOn(as session: RecordedSession) { state.withLock { $0.session = session } }

    // MARK: The writing side

    private func drain() {
        disk.withLock { disk in
            guard !disk.isClosed, disk.failures == 0 else { return }
            write(&disk)
        }
    }

    /// Until nothing waits, or the disk refuses.
    private func write(_ disk: inout sending Disk) {
        while let entry = state.withLock({ $0.next() }) {
            let (window, decisions) = entry.content()
            do throws(StoreError) {
                guard let writer = disk.writer else { return }
                if let interruption = entry.interruption { writer.note(interruption) }
                if let session = entry.session { writer.goOn(as: session) }
                for caveat in entry.caveats { writer.add(caveat: caveat) }
                try writer.append(window, processes: entry.processes, decisions: decisions)
            } catch {
                // The writer has it, and writes it when it can.
                return fail(error, &disk)
            }
        }
    }

    /// The file could not be opened.
    private func begin(with error: StoreError) {
        disk.withLock { disk in fail(error, &disk) }
    }

    private func fail(_ error: StoreError, _ disk: inout sending Disk) {
        disk.failures += 1
        let isNew = state.withLock { state in
            defer { state.status.problem = error }
            if state.status.problem == nil { state.missingBefore = state.status.missing }
            return state.status.problem == nil
        }
        if isNew { tell(.interrupted(error)) }
        let doublings = min(disk.failures - 1, 20)
        let pause = min(settings.firstPause << Int64(doublings), settings.longestPause)
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(pause))) { [weak self] in self?.tryAgain() }
    }

    private func tryAgain() {
        disk.withLock { disk in
            guard !disk.isClosed else { return }
            do throws(StoreError) {
                try recover(&disk)
            } catch {
                return fail(error, &disk)
            }
            write(&disk)
        }
    }

    /// - Throws: when the disk still refuses.
    private func recover(_ disk: inout sending Disk) throws(StoreError) {
        do throws(StoreError) {
            guard let writer = disk.writer else { throw Self.noWriter }
            try writer.write()
        } catch {
            guard disk.writer == nil || disk.failures >= Self.failuresToReopen else { throw error }
            let writer = try open(disk.writer != nil)
            // What the former has not written is lost with it, but for who lives.
            if let former = disk.writer {
                let unwritten = UInt64(former.unwritten)
                state.withLock { $0.status.missing += unwritten }
                writer.describe(former.living)
            }
            disk.writer = writer
        }
        disk.failures = 0
        let missing = state.withLock { state in
            state.status.problem = nil
            return state.status.missing - state.missingBefore
        }
        tell(.resumed(missing: missing))
    }

    private static let noWriter = StoreError(
        code: .missing, operation: "write to", path: "", cause: "it is not open", remedy: "")

    // MARK: The end

    /// Writes all that waits, and makes the recording one file.
    ///
    /// - Throws: when the disk refuses that; what it has not taken is missing.
    package func close() throws(StoreError) {
        let error: StoreError? = queue.sync {
            disk.withLock { disk in
                defer { disk.isClosed = true }
                do throws(StoreError) {
                    if disk.failures > 0 { try recover(&disk) }
                    write(&disk)
                    if let interruption = state.withLock({ $0.interruption }) { disk.writer?.note(interruption) }
                    try disk.writer?.close()
                    return disk.failures > 0 ? status.problem : nil
                } catch {
                    return error
                }
            }
        }
        if let error { throw error }
    }
}
