import Glibc
import MeteTestSupport

/// Batch work: stress-ng with workers that compute without end.
final class Hogs {
    private let process: ChildProcess
    private let workers: [ProcessCPUClock]
    private let metricsFile: String

    /// Returns when all workers run.
    init(
        count: Int, program: Executable, folder: String, group: ScratchGroup?, clock: InterruptibleClock
    ) throws {
        metricsFile = "\(folder)/stress-ng.yaml"
        let log = "\(folder)/stress-ng.log"
        process = try ChildProcess(
            program, ["--cpu", "\(count)", "--metrics", "--yaml", metricsFile, "--temp-path", folder],
            output: .file(log), errors: .file(log), group: group)
        var pids: [pid_t] = []
        try clock.wait(for: "the start of \(count) workers of stress-ng", seconds: 10) { [process, log] in
            if process.hasEnded() {
                throw DemoError.ended(program: process.name, how: process.outcome, output: try TextFile.read(log))
            }
            // A worker has its own name once it has asked to end with its parent: from then on killing stress-ng ends it.
            pids = try ProcessTree.children(of: process.identifier).filter {
                ProcessTree.name(of: $0) == "stress-ng-cpu"
            }
            return pids.count == count
        }
        workers = try pids.map { pid throws(ProcessError) in try ProcessCPUClock(of: pid) }
    }

    /// Nanoseconds of CPU time of all workers.
    func used() throws(ProcessError) -> Int64 {
        var sum: Int64 = 0
        for worker in workers { sum += try worker.nanoseconds() }
        return sum
    }

    /// Ends the workers, where nobody asks for their metrics any more.
    func abandon() { process.kill() }

    /// Stops the workers.
    ///
    /// - Returns: Their bogo operations per second, over all the time they ran.
    func finish() throws -> Double {
        process.stop(SIGINT)
        let metrics = try TextFile.read(metricsFile)
        let key = "bogo-ops-per-second-real-time:"
        guard let line = metrics.split(separator: "\n").first(where: { $0.contains(key) }),
            let number = line.split(separator: " ").last.flatMap({ Double($0) })
        else {
            throw DemoError.unreadable(what: "stress-ng's metrics", reason: "no \(key) in:\n\(metrics)")
        }
        return number
    }
}

extension ChildProcess {
    /// How it ended, for an error.
    var outcome: String {
        switch (exit?.code, exit?.signal) {
        case (let code?, _): "exit code \(code)"
        case (_, let signal?): "signal \(signal)"
        default: "still running"
        }
    }
}
