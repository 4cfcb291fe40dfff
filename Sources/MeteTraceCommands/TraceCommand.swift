package import ArgumentParser
import Glibc
import MeteText

/// `mete trace`: looks, and changes no setting.
package struct TraceCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show what every component and thread uses of CPUs, disks and network, live.",
        discussion: """
            Changes no setting of the machine: only mete's own probes are loaded, and they go when it ends. Before Linux \
            6.12 the kernel may keep run-queue delays; where it does not, mete times them itself, which costs a little more, and \
            `sysctl kernel.task_delayacct=1` saves that. Since then mete always does, because the kernel may count sleep as waiting.

            USED is cores on a CPU; DEMAND is what would have been used had no one stood in the way: run time plus run-queue delay. P50, \
            P99 and P99.9 are of the waits for a CPU, one for each time that a thread was given one; those of disks are of single requests, \
            from when they were made until they were complete.
            """)

    @Option(
        help: "Name components by this policy file. Without it they are found: unit, container, cgroup, process tree.")
    var policy: String?

    @Option(help: "Seconds between two tables.")
    var interval: Double = 1

    @Option(help: "Seconds after which to end; without it, on Ctrl-C.")
    var duration: Double?

    @Option(help: "Threads shown for each component, the busiest first.")
    var threads: Int = 3

    @Option(help: "What to trace, of cpu, disk, network and memory, with commas between; the fewer, the cheaper.")
    var only: TracedResources = .all

    @Option(help: CallsOption.help)
    var calls: String?

    @Flag(help: "One line of JSON per interval instead of tables.")
    var json = false

    @Flag(
        help: ArgumentHelp(
            "Say what processes are: program, owner, group, unit, container, libraries.",
            discussion: "With --json: all in the first line, then those that are new, or different from what was said.")
    )
    var describe = false

    @Option(
        help: """
            Instead of tables, write every switch and wake-up into this file, a trace that ui.perfetto.dev and chrome://tracing open; - is \
            standard output. Costs a record for each.
            """)
    var perfetto: String?

    @Option(help: "Bytes of the ring buffer of usage, for machines that switch very often.")
    var ringBytes: UInt32 = 1 << 20

    @Option(help: "Bytes of the ring buffer of --perfetto.")
    var eventRingBytes: UInt32 = 1 << 24

    package init() {}

    package func validate() throws {
        guard interval >= 0.01, interval <= 3600 else {
            throw ValidationError("--interval must be from 0.01 to 3600 seconds, not \(interval)")
        }
        try Limits.checkDuration(duration)
        try Limits.checkRing(ringBytes)
        try Limits.checkRing(eventRingBytes, "--event-ring-bytes")
        guard perfetto == nil || !json else { throw ValidationError("--perfetto and --json exclude each other") }
        guard threads >= 0 else { throw ValidationError("--threads must not be negative, it is \(threads)") }
        guard json || !describe else { throw ValidationError("--describe is for --json: tables have no room for it") }
    }

    package func run() throws {
        let session = try TraceSession(
            policy: policy, resources: only, functions: CallsOption.functions(calls), ringBytes: ringBytes,
            describes: describe)
        if let perfetto {
            let trace = SchedTrace(
                path: perfetto, interval: interval, duration: duration, eventRingBytes: eventRingBytes)
            return try trace.run(session)
        }
        let isTerminal = isatty(STDOUT_FILENO) == 1
        try session.run(interval: interval, duration: duration) { view in
            if json {
                Console.line(TraceLine(view, mostThreads: threads, describes: describe).text)
            } else {
                let table = TraceTable(view, mostThreads: threads)
                Console.line((isTerminal ? "\u{1B}[H\u{1B}[2J" : "") + table.text)
            }
        }
    }
}
