import MeteModel
import MeteStore
import MeteText
import MeteTrace

/// What is traced now, and what was traced a while ago as far as memory goes.
final class LiveTimeline: Timeline {
    private let session: TraceSession
    private let interval: Nanoseconds
    private var history: History
    /// The window that is held; nil for the newest.
    private var held: Int?
    private var windowEnd: Nanoseconds
    private var nextDrain: Nanoseconds
    var notes: [String] { shown?.view.limits ?? session.limits }

    /// A window never outgrows the ring buffer: it is emptied ten times a second.
    private static let longestStep: Nanoseconds = 100 * .perMillisecond

    init(_ session: TraceSession, interval: Nanoseconds, mostBytes: Int) {
        self.session = session
        self.interval = interval
        history = History(mostBytes: mostBytes)
        let now = TickClock.now()
        windowEnd = now + interval
        nextDrain = now + Self.longestStep
    }

    private var number: Int? {
        guard let newest = history.numbers.last else { return nil }
        return held.map { max($0, history.numbers.lowerBound) } ?? newest
    }

    var shown: PastWindow? { number.map { history[$0] } }
    var isNewest: Bool { number == history.numbers.last }

    func words(isPaused: Bool) -> String {
        guard isPaused else { return "live" }
        guard let number, let newest = history.numbers.last else { return "paused" }
        let back = Double(history[newest].end - history[number].end) / 1e9
        return back > 0 ? "paused, \(Figure.span(back)) back" : "paused"
    }

    func due(isPaused: Bool) -> Nanoseconds { min(windowEnd, nextDrain) }

    func advance(to now: Nanoseconds, isPaused: Bool) throws -> Bool {
        if isPaused && held == nil { held = number }
        guard now >= windowEnd else {
            if now >= nextDrain {
                try session.tracer.drain()
                nextDrain = now + Self.longestStep
            }
            return false
        }
        // What comes late makes one window longer, and moves none of those after it.
        windowEnd += interval * (1 + (now - windowEnd) / interval)
        nextDrain = now + Self.longestStep
        let view = try session.closeWindow()
        history.append(view, end: WallClock.nanoseconds(at: view.samples.first?.end ?? Instant(nanoseconds: now)))
        // How far back it is has changed.
        return true
    }

    func past(_ count: Int) -> [PastWindow] {
        guard let number else { return [] }
        return (max(history.numbers.lowerBound, number - count + 1)...number).map { history[$0] }
    }

    func move(by windows: Int) {
        guard let number, let newest = history.numbers.last else { return }
        held = min(max(number + windows, history.numbers.lowerBound), newest)
    }

    func moveToOldest() { held = history.numbers.first }
    func moveToNewest() { held = nil }
    func resume(at now: Nanoseconds) { held = nil }

    func program(of pid: Int32) -> Program? {
        session.tracer.program(of: pid).map { Program(name: $0.name, commandLine: $0.commandLine) }
    }

    func describe(_ pid: Int32) -> ProcessDescription? { session.tracer.describe(pid: pid) }
}
