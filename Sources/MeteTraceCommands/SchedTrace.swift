import MeteModel
import MeteStore
import MeteText
import MeteTrace

/// What `mete trace --perfetto` does instead of printing tables.
struct SchedTrace {
    let path: String
    let interval: Double
    let duration: Double?
    /// Of the ring buffer of events.
    let eventRingBytes: UInt32

    func run(_ session: TraceSession) throws {
        // First: a file that cannot be written is to be known before anything more is loaded.
        let file = try ExportFile(path: path)
        let tracer = session.tracer
        let sessions = [
            RecordedSession(
                start: WallClock.nanoseconds(at: Instant(nanoseconds: TickClock.now())), version: Version.current,
                scope: tracer.scope, caveats: TraceSupport.caveats(window: Nanoseconds(interval * 1e9), tracer.options))
        ]
        let stream = try SchedEventStream(ringBytes: eventRingBytes)
        let beginning = TickClock.now()
        let trace = try SchedTraceFile(
            file, beginning: beginning, wallClock: WallClock.nanoseconds(at: Instant(nanoseconds: beginning)),
            identity: { tracer.identity(tid: $0.tid, pid: $0.pid) })
        try stream.tellRunning()
        var lostElsewhere: Int64 = 0
        // A moment at which the tracer knew who had come: events find those whom they tell of.
        var known = beginning
        func drain() throws {
            let end = known
            trace.refresh(generation: tracer.generation)
            var failure: (any Error)?
            known = TickClock.now()
            try stream.drain(upTo: end) { event in
                guard failure == nil else { return }
                do {
                    try trace.take(event)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }
        try session.run(interval: interval, duration: duration, showsLast: true, onStep: drain) { view in
            try drain()
            let window = RecordedWindow(view, mostThreads: 0)
            lostElsewhere = window.machine[.lost]
            try trace.take(window, end: view.samples.first?.end.nanoseconds ?? TickClock.now(), sessions)
        }
        // What was lost last is told by an event after it.
        try tracer.drain()
        try stream.tellRunning()
        known = TickClock.now()
        try drain()
        var caveats = RecordingCaveats.sessions(sessions, sessions[0].start...Int64.max)
        if lostElsewhere > 0 {
            caveats.append(RecordingCaveats.lost(lostElsewhere))
        }
        try trace.finish(
            at: TickClock.now(), lost: try stream.losses(), [("program", "mete \(Version.current)")], caveats: caveats)
        Console.note(
            "\(trace.slices) slices written to \(path)"
                + (trace.lost > 0 ? "; \(trace.lost) events of the scheduler were lost, and are marked" : ""))
    }
}
