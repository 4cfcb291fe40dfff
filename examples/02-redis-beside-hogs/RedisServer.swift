import Glibc
import MeteTestSupport

/// A redis of its own on a Unix socket, which keeps nothing.
final class RedisServer {
    let socket: String
    private let process: ChildProcess
    private let cpu: ProcessCPUClock

    /// Returns when it listens.
    init(program: Executable, folder: String, group: ScratchGroup?, clock: InterruptibleClock) throws {
        socket = "\(folder)/redis.sock"
        let log = "\(folder)/redis.log"
        process = try ChildProcess(
            program,
            ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder],
            output: .file(log), group: group)
        cpu = try ProcessCPUClock(of: process.identifier)
        try clock.wait(for: "the start of redis-server", seconds: 10) { [process, socket] in
            if process.hasEnded() {
                throw DemoError.ended(program: process.name, how: process.outcome, output: try TextFile.read(log))
            }
            return access(socket, F_OK) == 0
        }
    }

    /// Nanoseconds of CPU time.
    func used() throws(ProcessError) -> Int64 { try cpu.nanoseconds() }

    func finish() { process.stop(SIGTERM) }
}
