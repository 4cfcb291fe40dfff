package import ArgumentParser
import MeteModel
import MeteStore
import MeteText
import MeteTrace

/// `mete record`: like `mete trace`, into a file.
package struct RecordCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record what every component uses of CPUs, disks and network into a file.",
        discussion: """
            Changes no setting of the machine, as `mete trace`. The file is an SQLite database; `mete query` and `mete replay` read it, \
            also while it is written. It holds command lines, users and paths of processes. A recording that was cut off is whole up to the last second, and recording to the same file goes on with it.
            """)

    @Option(name: [.short, .long], help: "The file to write.")
    var output: String

    @Option(help: "Name components by this policy file. Without it they are found.")
    var policy: String?

    @Option(help: "Seconds of one window.")
    var interval: Double = 1

    @Option(help: "Seconds after which to end; without it, on Ctrl-C.")
    var duration: Double?

    @Option(help: "What to trace, of cpu, disk, network and memory, with commas between; the fewer, the cheaper.")
    var only: TracedResources = .all

    @Option(help: CallsOption.help)
    var calls: String?

    @Option(help: "Days for which single windows are kept; for good without it.")
    var keep: Double?

    @Option(
        help: """
            Hours for which devices, sockets, disturbances and threads of single windows are kept; their sums over 10 seconds for eight \
            times as long, those over a minute, without threads, for good.
            """)
    var keepDetails = StoreWriter.Settings.standardDetailAge.seconds / 3600

    @Option(help: "Megabytes above which the oldest and finest part of the file is given up.")
    var maxSize: Int?

    @Option(help: "How many of the busiest threads of each component are kept of each window.")
    var recordThreads = 5

    @Option(help: "Bytes of the ring buffer of usage, for machines that switch very often.")
    var ringBytes: UInt32 = 1 << 20

    package init() {}

    package func validate() throws {
        guard interval >= 0.01, interval <= 60 else {
            throw ValidationError("--interval must be from 0.01 to 60 seconds, not \(interval)")
        }
        try Limits.checkDuration(duration)
        try Limits.checkRing(ringBytes)
        guard keepDetails > 0, keepDetails <= 876_000 else {
            throw ValidationError("--keep-details must be more than 0 and at most 876000 hours, not \(keepDetails)")
        }
        guard (0...1000).contains(recordThreads) else {
            throw ValidationError("--record-threads must be from 0 to 1000, not \(recordThreads)")
        }
        if let keep, !(keep > 0 && keep <= 36_500) {
            throw ValidationError("--keep must be more than 0 and at most 36500 days, not \(keep)")
        }
        if let maxSize, !(1...1_000_000_000).contains(maxSize) {
            throw ValidationError("--max-size must be from 1 to 1000000000 megabytes, not \(maxSize)")
        }
    }

    package func run() throws {
        var settings = StoreWriter.Settings(interval: Nanoseconds(interval * 1e9))
        if let keep { settings.ages[.raw] = Nanoseconds(keep * 86_400e9) }
        settings.mostBytes = maxSize.map { Int64($0) << 20 }
        settings.detailAges = StoreWriter.Settings.detailAges(raw: Nanoseconds(keepDetails * 3600e9))
        settings.mostThreads = recordThreads
        // First: a file that cannot be written is to be known before anything is loaded.
        let writer = try StoreWriter(path: output, settings: settings, version: Version.current)
        // Before the first window begins, which the tracer does by itself.
        let start = WallClock.nanoseconds(at: Instant(nanoseconds: TickClock.now()))
        let session = try TraceSession(
            policy: policy, resources: only, functions: CallsOption.functions(calls), ringBytes: ringBytes,
            describes: true)
        try writer.state(RecordingFacts.ofThisMachine(only))
        let recorded = RecordedSession(
            start: start, version: Version.current, scope: session.tracer.scope,
            caveats: TraceSupport.caveats(window: settings.interval, session.tracer.options),
            interval: settings.interval)
        try writer.begin(recorded)
        let queue = StoreQueue(writer) { [output, settings] () throws(StoreError) -> StoreWriter in
            let writer = try StoreWriter(path: output, settings: settings, version: Version.current)
            var recorded = recorded
            recorded.isSameRun = true
            try writer.begin(recorded)
            return writer
        } tell: { [output] event in
            switch event {
            case .interrupted(let error): Console.note("nothing is recorded for now, which is tried again: \(error)")
            case .resumed(let missing):
                Console.note(
                    "\(output) is written again; \(missing == 0 ? "no window is" : "\(missing) windows are") missing")
            }
        }
        var windows: UInt64 = 0
        var lost: Int64 = 0
        do {
            try session.run(interval: interval, duration: duration, showsLast: true) { view in
                let window = RecordedWindow(view, mostThreads: recordThreads)
                let processes = RecordedProcessChanges(view.processes)
                let (end, length) = (window.machine.end, window.machine.length)
                queue.take(
                    end - length..<end, bytes: window.estimatedBytes + processes.estimatedBytes, processes: processes,
                    caveats: view.caveats
                ) { (window, []) }
                windows += 1
                lost = window.machine[.lost]
            }
        } catch {
            try? queue.close()
            throw error
        }
        try queue.close()
        let missing = queue.status.missing
        Console.note(
            "\(windows - missing) windows recorded to \(output)" + (missing > 0 ? ", \(missing) are missing" : "")
                + (lost > 0 ? "; \(lost) records, requests or calls were lost or not attributed" : ""))
    }
}
