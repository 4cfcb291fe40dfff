import ArgumentParser
import Glibc

/// An open-loop load generator for redis.
///
/// It answers one question: how long do users wait when they come at their own pace? Send times are decided beforehand, and
/// latency counts from them; a client that waits for a reply before it sends the next request would stop asking exactly
/// while the server is slow ("coordinated omission").
///
/// It deliberately has no closed-loop mode, no cluster support and no TLS.
@main
struct OpenLoop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open-loop",
        abstract: "Send redis requests at a given pace and report the latency from the intended send times.",
        discussion: """
            Example: open-loop --socket /tmp/redis.sock --phase 10s@2000 --phase 10s@6000 --phase 10s@1000

            Keys named open-loop:N are written to the redis it talks to.

            Exit codes: 0 every request was answered; 1 some were refused or not answered; 64 wrong options; \
            69 no redis there; 74 a connection was dropped; 76 not redis's protocol; 77 redis refuses the keys; \
            71 another failure of the system. The report is printed whenever requests were sent.
            """
    )

    @Option(help: "Unix socket of redis; takes the place of --host and --port.")
    var socket: String?

    @Option(help: "IPv4 address of redis.")
    var host = "127.0.0.1"

    @Option(help: "TCP port of redis.")
    var port: UInt16 = 6379

    @Option(
        help: ArgumentHelp(
            "A stretch of load, as 10s@2000 (ms, s or m @ requests per second); repeatable.",
            valueName: "duration@rate"),
        transform: Phase.init(parsing:))
    var phase: [Phase]

    @Option(
        help: ArgumentHelp(
            "A stretch of load before the first phase, left out of the report.", valueName: "duration@rate"),
        transform: Phase.init(parsing:))
    var warmUp: Phase?

    @Option(help: "Spacing of the requests.")
    var arrivals = ArrivalProcess.poisson

    @Option(help: "Seed of arrivals, keys and commands: the same seed sends the same requests.")
    var seed: UInt64 = 1

    @Option(help: "Connections, used in turn; each is pipelined.")
    var connections = 4

    @Option(help: "Number of keys.")
    var keys = 1000

    @Option(help: "Bytes in a value.")
    var valueSize = 64

    @Option(help: "Share of SETs among the requests, from 0 to 1; the rest are GETs.")
    var setShare = 0.1

    @Option(help: "Seconds to wait for outstanding answers after the last phase.")
    var patience = 2.0

    @Flag(help: "Print one JSON object in place of the table.")
    var json = false

    func validate() throws {
        guard !phase.isEmpty else { throw ValidationError("give at least one --phase, such as --phase 10s@2000") }
        try Self.check(connections, in: 1...256, option: "--connections")
        try Self.check(keys, in: 1...1_000_000, option: "--keys")
        try Self.check(valueSize, in: 0...1_048_576, option: "--value-size")
        try Self.check(setShare, in: 0...1, option: "--set-share")
        try Self.check(patience, in: 0...3600, option: "--patience")
    }

    func run() throws {
        let report: Report
        do throws(OpenLoopError) {
            report = try measure()
        } catch {
            Self.printError("error: \(error)")
            throw ExitCode(error.exitCode)
        }
        if report.total.tally.errors > 0 { throw ExitCode.failure }
    }
}

// MARK: - The run

extension OpenLoop {
    /// Runs all phases and prints the report, of what there was when a connection fails midway.
    private func measure() throws(OpenLoopError) -> Report {
        let endpoint = socket.map { Endpoint.unix(path: $0) } ?? .tcp(address: host, port: port)
        let mix = RequestMix(keyCount: keys, valueSize: valueSize, setShare: setShare, seed: seed &+ 1)
        var open: [Connection] = []
        for _ in 0..<connections { open.append(try Connection(to: endpoint)) }
        try open[0].preload(mix.preload)
        sharpenTimers()

        let phases = [warmUp].compactMap(\.self) + phase
        var generator = LoadGenerator(
            connections: open, schedule: ArrivalSchedule(phases: phases, process: arrivals, seed: seed),
            phases: phases.count, mix: mix, patience: Int64(patience * 1e9))
        let (wall, cpu) = (MonotonicClock.now(), MonotonicClock.processCPUTime())
        let outcome = Result { () throws(OpenLoopError) in try generator.run() }
        let report = Report(
            phases: phase, tallies: generator.tallies.suffix(phase.count),
            cpuNanoseconds: MonotonicClock.processCPUTime() - cpu,
            wallNanoseconds: MonotonicClock.now() - wall)
        print(json ? report.json : report.table)
        if let refusal = generator.firstRefusal {
            Self.printError("redis refused requests; the first reply: \(refusal)")
        }
        try outcome.get()
        return report
    }

    /// Lets the kernel wake this thread 1 ns late at most, not the usual 50 µs. Written through /proc, since Swift does not
    /// import `prctl`; a thread under SCHED_DEADLINE has no slack anyway.
    private func sharpenTimers() {
        let path = "/proc/self/timerslack_ns"
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
        let done = descriptor >= 0 && write(descriptor, "1", 1) == 1
        if !done {
            Self.printError("warning: \(path): \(String(cString: strerror(errno))); requests go out up to 50 µs late")
        }
        if descriptor >= 0 { close(descriptor) }
    }

    private static func check<Value: Comparable>(_ value: Value, in range: ClosedRange<Value>, option: String) throws {
        guard range.contains(value) else {
            throw ValidationError("\(option) is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private static func printError(_ message: String) {
        let line = "open-loop: \(message)\n"
        write(STDERR_FILENO, line, line.utf8.count)
    }
}
