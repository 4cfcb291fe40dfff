package import ArgumentParser
import Glibc
import MeteModel
import MeteStore
import MeteText
import MeteTrace

/// `mete replay`: shows a recording as `mete trace` would have shown it.
package struct ReplayCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Show a recording window by window, as `mete trace` showed it.",
        discussion: """
            Threads are in a recording as many as `mete record --record-threads` kept. Times are as for `mete query`.
            """)

    @Argument(help: "A file that `mete record` has made.")
    var file: String

    @Option(parsing: .unconditional, help: "Where to begin.")
    var from: TimeOption?

    @Option(parsing: .unconditional, help: "Where to end.")
    var to: TimeOption?

    @Option(help: "How many times as fast as it was; 0 shows all at once.")
    var speed: Double = 1

    @Option(help: "How many threads of each component are shown.")
    var threads: Int = 3

    @Flag(help: "One line of JSON per window instead of tables.")
    var json = false

    @Flag(
        help: ArgumentHelp(
            "Say what processes are: program, owner, group, unit, container, libraries.",
            discussion: "With --json: all in the first line, then those that are new, or something else than before."))
    var describe = false

    package init() {}

    package func validate() throws {
        guard threads >= 0 else { throw ValidationError("--threads must not be negative, it is \(threads)") }
        guard json || !describe else { throw ValidationError("--describe is for --json: tables have no room for it") }
        guard speed >= 0, speed <= 1e6 else {
            throw ValidationError("--speed must be from 0 to 1000000, not \(speed)")
        }
    }

    package func run() throws {
        TickClock.blockSignals()
        let reader = try StoreReader(path: file)
        guard let whole = try TimeOption.part(of: reader, from: from, to: to) else {
            return Console.note("\(file) holds no window yet")
        }
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var start = whole.lowerBound
        var due = TickClock.now()
        var processes = ProcessReplay(reader)
        while start <= whole.upperBound {
            // A part at a time, so that a long recording needs no more memory than a short one.
            let part = start...min(whole.upperBound, start + Self.part)
            start = part.upperBound + 1
            let windows = try reader.windows(in: part)
            let changes = describe ? try processes.changes(in: windows) : nil
            for (index, window) in windows.enumerated() {
                // Without waiting too it is here that a signal ends it.
                guard TickClock.wait(until: speed > 0 ? due : TickClock.now()) == .tick else { return }
                if speed > 0 { due += Nanoseconds(Double(window.machine.length) / speed) }
                var view = TraceView(window, reader.sessions)
                view.processes = changes?[index]
                if json {
                    Console.line(TraceLine(view, mostThreads: threads, describes: describe).text)
                } else {
                    let time = QueryReport.time(window.machine.end)
                    Console.line(
                        (isTerminal ? "\u{1B}[H\u{1B}[2J" : "") + "\(time) UTC: "
                            + TraceTable(view, mostThreads: threads).text)
                }
            }
        }
        try RecordingFacts.note(reader, whole)
    }

    private static let part: Int64 = 600 * .perSecond
}
