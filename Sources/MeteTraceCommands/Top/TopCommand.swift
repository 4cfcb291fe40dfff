package import ArgumentParser
import MeteModel
import MeteStore
import MeteText
import MeteTrace

/// `mete top`: the windows of `mete trace` on a full screen, live or from a recording.
package struct TopCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show what every component, process and thread uses on a full screen, live or from a recording.",
        discussion: """
            Changes no setting of the machine, as `mete trace`. The bottom line names the keys, `h` all of them, `q` ends it. Windows that \
            are over stay in memory: [ and ] go back to them and forth again.

            With a file that `mete record` has made, that is shown instead, as if live; then nothing is traced.
            """)

    @Argument(help: "A file that `mete record` has made, to be played instead of tracing.")
    var file: String?

    @Option(
        help: "Name components by this policy file. Without it they are found: unit, container, cgroup, process tree.")
    var policy: String?

    @Option(help: "Seconds between two pictures; 1 without it.")
    var interval: Double?

    @Option(help: "What to trace, of cpu, disk, network and memory, with commas between; the fewer, the cheaper.")
    var only: TracedResources?

    @Option(help: CallsOption.help)
    var calls: String?

    @Option(help: "Megabytes of memory for windows that are over; 64 without it.")
    var history: Int?

    @Option(parsing: .unconditional, help: "Where in the file to begin; times are as for `mete query`.")
    var from: TimeOption?

    @Option(help: "How many times as fast as it was the file is played; 1 without it.")
    var speed: Double?

    @Option(help: "Bytes of the ring buffer of usage, for machines that switch very often.")
    var ringBytes: UInt32 = 1 << 20

    package init() {}

    package func validate() throws {
        let live = [
            ("--policy", policy != nil), ("--interval", interval != nil), ("--only", only != nil),
            ("--calls", calls != nil), ("--history", history != nil),
        ]
        if file != nil, let (option, _) = live.first(where: \.1) {
            throw ValidationError("\(option) is for tracing, and a file is a recording of what was traced")
        }
        if file == nil, from != nil || speed != nil {
            throw ValidationError("\(from != nil ? "--from" : "--speed") is for recordings: name a file")
        }
        if let interval, !(interval >= 0.1 && interval <= 3600) {
            throw ValidationError("--interval must be from 0.1 to 3600 seconds, not \(interval)")
        }
        if let history, !(1...100_000).contains(history) {
            throw ValidationError("--history must be from 1 to 100000 megabytes, not \(history)")
        }
        if let speed, !(speed > 0 && speed <= 1000) {
            throw ValidationError("--speed must be more than 0 and at most 1000, not \(speed)")
        }
        try Limits.checkRing(ringBytes)
    }

    package func run() throws {
        if let obstacle = Terminal.obstacle() {
            let instead = file.map { "`mete replay \($0)`" } ?? "`mete trace`"
            throw ValidationError("mete top needs a terminal, and \(obstacle); \(instead) shows the same without one")
        }
        TickClock.blockSignals()
        guard let file else { return try trace() }
        let reader = try StoreReader(path: file)
        let start = try TimeOption.part(of: reader, from: from, to: nil)?.lowerBound
        guard let timeline = try RecordedTimeline(reader, from: start, speed: speed ?? 1) else {
            return Console.note("\(file) holds no window yet")
        }
        try show(timeline)
        for damage in reader.damage { Console.note("\(file): \(damage)") }
    }

    private func trace() throws {
        let session = try TraceSession(
            policy: policy, resources: only ?? .all, functions: CallsOption.functions(calls), ringBytes: ringBytes,
            isQuiet: true)
        try show(
            LiveTimeline(session, interval: Nanoseconds((interval ?? 1) * 1e9), mostBytes: (history ?? 64) << 20))
    }

    /// The terminal is restored before an error is told.
    private func show(_ timeline: any Timeline) throws {
        var loop = TopLoop(timeline, on: try Terminal())
        try loop.run()
    }
}
