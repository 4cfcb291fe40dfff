import MeteModel
import MeteStore
import MeteTrace
import Synchronization

/// Writes what the loop went through to a recording, by way of a queue: the loop hands a tick over and goes on.
final class AgentRecorder: Sendable {
    /// Of what is being written, as of both sides.
    private final class Session: Sendable {
        let value: Mutex<RecordedSession>

        init(_ session: RecordedSession) { value = Mutex(session) }
    }

    let path: String
    private let queue: StoreQueue
    private let session: Session
    private let log: @Sendable (AgentEvent) -> Void

    /// - Parameters:
    ///   - session: what this run can tell.
    ///   - mustOpen: whether it is an error when the file cannot be written at the start; otherwise that is told, and tried again.
    /// - Throws: `StoreError` when the file cannot be written, or is written by somebody else.
    init(
        _ recording: AgentOptions.Recording, session: RecordedSession, mustOpen: Bool,
        queue settings: StoreQueue.Settings = StoreQueue.Settings(), log: @escaping @Sendable (AgentEvent) -> Void
    ) throws(StoreError) {
        path = recording.path
        self.log = log
        let current = Session(session)
        self.session = current
        queue = try StoreQueue(settings, mustOpen: mustOpen) { isAgain throws(StoreError) in
            try Self.open(recording, as: current.value.withLock { $0 }, isAgain)
        } tell: { event in
            switch event {
            case .interrupted(let error): log(.recordingInterrupted(error))
            case .resumed(let missing): log(.recordingResumed(recording.path, missing: missing))
            }
        }
    }

    private static func open(
        _ recording: AgentOptions.Recording, as session: RecordedSession, _ isAgain: Bool
    ) throws(StoreError) -> StoreWriter {
        var session = session
        if isAgain { session.isSameRun = true }
        var settings = StoreWriter.Settings(interval: session.interval ?? .perSecond)
        settings.ages[.raw] = recording.age
        settings.mostBytes = recording.mostBytes
        settings.facts = recording.facts
        let writer = try StoreWriter(path: recording.path, settings: settings, version: session.version)
        try writer.begin(session)
        return writer
    }

    var status: StoreQueue.Status { queue.status }

    func take(_ tick: RecordedTick) {
        let caveats = tick.snapshot.window.caveat.map { [$0] } ?? []
        queue.take(tick.span, bytes: tick.estimatedBytes, processes: tick.processes, caveats: caveats) {
            (tick.window, tick.decisions)
        }
    }

    /// Ticks may be of another length from now on, and other things to be known of them.
    func adopt(tick: Nanoseconds, caveats: [String], at now: Int64) {
        let next = session.value.withLock { session -> RecordedSession? in
            guard session.interval != tick else { return nil }
            session.interval = tick
            session.caveats = caveats
            var next = session
            next.start = now
            next.isSameRun = true
            return next
        }
        if let next { queue.goOn(as: next) }
    }

    /// Writes all that waits, and makes the recording one file.
    func close() {
        do throws(StoreError) {
            try queue.close()
        } catch {
            log(.trouble("\(path) lacks its end: \(error)"))
        }
    }
}
