import Dispatch
import MeteModel
import MeteStore
import Synchronization

/// Writes what the loop went through to a recording, on a thread of its own: the loop hands a tick over and goes on, however slow the
/// disk is. What finds the queue full is counted, and so is what comes after the disk has refused something.
final class AgentRecorder: Sendable {
    private let path: String
    private let queue = DispatchQueue(label: "mete.recording")
    /// Nil once it has failed or is closed. Only the queue takes it.
    private let writer: Mutex<StoreWriter?>
    private let pending = Atomic<Int>(0)
    private let lost = Atomic<UInt64>(0)
    private let log: @Sendable (AgentEvent) -> Void

    private let mostPending: Int

    /// - Parameters:
    ///   - session: what this run can tell.
    ///   - mostPending: ticks that wait to be written; without it a minute of the usual ones.
    /// - Throws: `StoreError` when the file cannot be written, or is written by somebody else.
    init(
        _ recording: AgentOptions.Recording, tick: Nanoseconds, session: RecordedSession,
        mostPending: Int = 600, log: @escaping @Sendable (AgentEvent) -> Void
    ) throws(StoreError) {
        var settings = StoreWriter.Settings(interval: tick)
        settings.ages[.raw] = recording.age
        settings.mostBytes = recording.mostBytes
        settings.facts = recording.facts
        let writer = try StoreWriter(path: recording.path, settings: settings, version: session.version)
        try writer.begin(session)
        self.writer = Mutex(writer)
        path = recording.path
        self.mostPending = mostPending
        self.log = log
    }

    /// Ticks that are not in the recording.
    var unrecorded: UInt64 { lost.load(ordering: .relaxed) }

    func take(_ tick: RecordedTick) {
        guard pending.load(ordering: .relaxed) < mostPending else {
            lost.add(1, ordering: .relaxed)
            return
        }
        pending.add(1, ordering: .relaxed)
        queue.async { [self] in
            write(tick)
            pending.subtract(1, ordering: .relaxed)
        }
    }

    private func write(_ tick: RecordedTick) {
        writer.withLock { writer in
            do throws(StoreError) {
                guard let writer else {
                    lost.add(1, ordering: .relaxed)
                    return
                }
                try writer.append(tick.window, processes: tick.processes, decisions: tick.decisions)
            } catch {
                // What a disk refuses once it refuses again; a new start begins anew.
                log(.trouble("nothing more is recorded: \(error)"))
                lost.add(1, ordering: .relaxed)
                writer = nil
            }
        }
    }

    /// Writes all that waits, and makes the recording one file.
    func close() {
        queue.sync {
            writer.withLock { writer in
                do throws(StoreError) {
                    try writer?.close()
                } catch {
                    log(.trouble("\(path) may lack its last second: \(error)"))
                }
                writer = nil
            }
        }
    }
}
