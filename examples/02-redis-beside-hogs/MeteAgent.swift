import Glibc
import MeteTestSupport

/// A running `mete agent --enforce`, whose settings are back as they were when it has finished.
final class MeteAgent {
    private let program: Executable
    private let process: ChildProcess
    private let stateFolder: String
    private let log: String
    private var isFinished = false

    /// Returns when it answers on its socket.
    init(program: Executable, policy: String, folder: String, clock: InterruptibleClock) throws {
        self.program = program
        stateFolder = "\(folder)/mete"
        log = "\(folder)/mete.log"
        let socket = "\(folder)/mete.sock"
        process = try ChildProcess(
            program,
            ["agent", "--policy", policy, "--enforce", "--state-dir", stateFolder, "--socket", socket],
            output: .discarded, errors: .file(log), deathSignal: "TERM")
        do {
            try clock.wait(for: "the start of mete agent", seconds: 15) { [process, log] in
                if process.hasEnded() {
                    throw DemoError.ended(program: "mete agent", how: process.outcome, output: try TextFile.read(log))
                }
                return access(socket, F_OK) == 0
            }
        } catch {
            abandon()
            throw error
        }
    }

    /// Stops it by SIGINT, upon which it restores every setting. Should that fail, `mete restore` does it.
    func finish() throws {
        guard !isFinished else { return }
        isFinished = true
        let endedEarly = process.hasEnded()
        let stopped = process.stop(SIGINT)
        if endedEarly || !stopped || process.exit?.code != 0 {
            try restore()
            throw DemoError.ended(program: "mete agent", how: process.outcome, output: try TextFile.read(log))
        }
    }

    /// `finish` where another error is on its way already: what goes wrong is only said.
    func abandon() {
        do {
            try finish()
        } catch {
            report("\(error)")
        }
    }

    private func restore() throws {
        let restore = try ChildProcess(program, ["restore", "--state-dir", stateFolder])
        Polling.wait(seconds: 10, until: restore.hasEnded)
        guard restore.exit?.code == 0 else {
            throw DemoError.ended(
                program: "mete restore", how: restore.outcome,
                output: "run it again: \(program.path) restore --state-dir \(stateFolder)")
        }
    }
}
