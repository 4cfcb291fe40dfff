import MeteModel
import MeteTrace

/// Keys, time and signals on one side, a terminal on the other.
struct TopLoop {
    private let timeline: any Timeline
    private let terminal: Terminal
    private var state = TopState()
    private var rows: TopRows?

    init(_ timeline: any Timeline, on terminal: Terminal) {
        self.timeline = timeline
        self.terminal = terminal
    }

    /// Until the user has seen enough.
    mutating func run() throws {
        var isDue = true
        while true {
            if isDue { try draw() }
            isDue = false
            for event in try terminal.wait(until: timeline.due(isPaused: state.isPaused)) {
                switch event {
                case .end: return
                case .changed: isDue = true
                case .key(let key):
                    // The rows that the key means are those of what was asked for by the key before.
                    refresh()
                    guard try act(on: state.apply(key, in: rows)) else { return }
                    isDue = true
                }
            }
            if try timeline.advance(to: TickClock.now(), isPaused: state.isPaused) { isDue = true }
        }
    }

    /// - Returns: whether to go on.
    private func act(on effect: TopState.Effect?) throws -> Bool {
        switch effect {
        case nil: break
        case .quit: return false
        case .move(let windows): try timeline.move(by: windows)
        case .oldest: try timeline.moveToOldest()
        case .newest: try timeline.moveToNewest()
        case .resume: try timeline.resume(at: TickClock.now())
        }
        return true
    }

    private mutating func refresh() {
        rows = timeline.shown.map { TopRows($0.view, state.request) }
        if let rows { state.settle(in: rows, height: TopScreen.tableHeight(terminal.size)) }
    }

    private mutating func draw() throws {
        refresh()
        let size = terminal.size
        var moment = TopMoment(
            shown: timeline.shown, past: timeline.past(max(1, size.columns / 2)), isNewest: timeline.isNewest,
            words: timeline.words(isPaused: state.isPaused), notes: timeline.notes,
            isRecording: timeline is RecordedTimeline)
        moment.program = { [timeline] in timeline.program(of: $0) }
        if case .details(let id) = state.overlay, let rows {
            let description = TopDetails.process(of: id, in: rows).flatMap(timeline.describe)
            moment.details = TopDetails.facts(id, in: rows, description)
        }
        let screen = TopScreen(state, rows, moment, size, terminal.glyphs)
        state.settleOverlay(top: screen.overlayTop)
        try terminal.draw(screen.lines, columns: size.columns)
    }
}
