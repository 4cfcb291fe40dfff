package import ArgumentParser
import Glibc
import MeteModel
import MetePolicy
import MeteText
import MeteTrace

/// `mete trace`: looks, and changes no setting.
package struct TraceCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show what every component and thread uses of CPUs, disks and network, live.",
        discussion: """
            Changes no setting of the machine: only mete's own probes are loaded, and they go when it ends. Where the kernel does not \
            keep run-queue delays, mete times them itself, which costs about twice as much; `sysctl kernel.task_delayacct=1` saves that.

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

    @Option(help: "What to trace, of cpu, disk and network, with commas between; the fewer, the cheaper.")
    var only: TracedResources = .all

    @Flag(help: "One line of JSON per interval instead of tables.")
    var json = false

    @Option(help: ArgumentHelp("Bytes of the ring buffer.", visibility: .hidden))
    var ringBytes: UInt32 = 1 << 20

    package init() {}

    package func validate() throws {
        guard interval >= 0.01, interval <= 3600 else {
            throw ValidationError("--interval must be from 0.01 to 3600 seconds, not \(interval)")
        }
        if let duration, !(duration > 0 && duration <= 31_536_000) {
            throw ValidationError("--duration must be more than 0 and at most 31536000 seconds, not \(duration)")
        }
        guard (4096...(1 << 30)).contains(ringBytes) else {
            throw ValidationError("--ring-bytes must be from 4096 to 1073741824, not \(ringBytes)")
        }
        guard threads >= 0 else { throw ValidationError("--threads must not be negative, it is \(threads)") }
    }

    package func run() throws {
        TickClock.blockSignals()
        var options = KernelProbes.Options()
        options.ringBytes = ringBytes
        options.ownClock = DelayAccounting.current() != .kept
        only.apply(to: &options)
        let (classifier, permanent) = try components()
        let tracer = try Tracer(classifier: classifier, permanent: permanent, options: options)
        let isTerminal = isatty(STDOUT_FILENO) == 1
        if options.ownClock {
            Console.note(
                "this kernel does not keep run-queue delays now; mete times them itself, at about twice the cost")
        }

        let tick = Nanoseconds(interval * 1e9)
        var now = TickClock.now()
        var windowEnd = now + tick
        let end = duration.map { now + Nanoseconds($0 * 1e9) } ?? .max
        while now < end {
            // A window never outgrows the ring buffer: it is emptied ten times a second.
            let next = min(windowEnd, end, now + Self.longestStep)
            // There is nothing to load again; a terminal that hangs up ends the command.
            guard TickClock.wait(until: next) == .tick else { return }
            now = TickClock.now()
            guard now >= windowEnd else {
                try tracer.drain()
                continue
            }
            // What comes late makes one window longer, and moves none of those after it.
            windowEnd += tick * (1 + (now - windowEnd) / tick)
            let window = try tracer.closeWindow()
            let view = try TraceView(window, from: tracer, only)
            if json {
                Console.line(TraceLine(view, mostThreads: threads).text)
            } else {
                let table = TraceTable(view, mostThreads: threads)
                Console.line((isTerminal ? "\u{1B}[H\u{1B}[2J" : "") + table.text)
            }
        }
    }

    private static let longestStep: Nanoseconds = 100 * .perMillisecond

    private func components() throws -> (any Classifying, [ComponentID]) {
        guard let policy else { return (Discovery(), [.rest]) }
        let loaded = try PolicyFile(path: policy).load(context: .thisMachine())
        return (try Classifier(loaded), loaded.components.filter { !$0.isTemplate }.map(\.id))
    }
}
