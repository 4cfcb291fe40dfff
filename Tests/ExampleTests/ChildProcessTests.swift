import Glibc
import MeteTestSupport
import Testing

/// The tests are synchronous: the thread that starts a child lives until the test has ended.
struct ChildProcessTests {
    private let shell = Executable(path: "/bin/sh")

    private func isRunning(_ process: pid_t) -> Bool {
        kill(process, 0) == 0
    }

    private func end(of child: ChildProcess) -> ChildProcess.Exit? {
        child.waitForEnd()
    }

    @Test(
        arguments: [("exit 0", 0, nil), ("exit 7", 7, nil), ("kill -TERM $$", nil, SIGTERM)]
            as [(String, Int32?, Int32?)])
    func tellsHowItEnded(script: String, code: Int32?, signal: Int32?) throws {
        let exit = end(of: try ChildProcess(shell, ["-c", script]))
        #expect(exit?.code == code)
        #expect(exit?.signal == signal)
    }

    @Test
    func whatItStartedEndsWithIt() throws {
        let folder = try TemporaryFolder(prefix: "mete-child")
        let file = "\(folder.path)/pid"
        let child = try ChildProcess(
            shell, ["-c", "sleep 1000 & echo $! > \(file).new && mv \(file).new \(file); wait"])
        #expect(Polling.wait { access(file, F_OK) == 0 })
        let grandchild = try #require(pid_t(try TextFile.read(file).split(separator: "\n").joined()))
        #expect(try ProcessTree.running(inGroup: child.identifier).contains(grandchild))
        child.kill()
        #expect(try ProcessTree.running(inGroup: child.identifier).isEmpty)
        #expect(child.exit?.signal == SIGKILL)
    }

    @Test
    func endsWithItsObject() throws {
        var child: ChildProcess? = try ChildProcess(Executable(path: "/bin/sleep"), ["1000"])
        let process = try #require(child?.identifier)
        #expect(isRunning(process))
        child = nil
        #expect(!isRunning(process))
    }

    @Test
    func oneThatIgnoresTheSignalIsKilled() throws {
        let folder = try TemporaryFolder(prefix: "mete-child")
        let ready = "\(folder.path)/ready"
        let child = try ChildProcess(shell, ["-c", "trap '' TERM; : > \(ready); while :; do sleep 1; done"])
        #expect(Polling.wait { access(ready, F_OK) == 0 })
        #expect(!child.stop(SIGTERM, grace: 0.05))
        #expect(child.exit?.signal == SIGKILL)
    }

    @Test
    func theCPUClockAgreesWithTheKernelsFinalAccount() throws {
        let child = try ChildProcess(shell, ["-c", "while :; do :; done"])
        let clock = try ProcessCPUClock(of: child.identifier)
        #expect(try Polling.wait { try clock.nanoseconds() >= 50_000_000 })
        let used = try clock.nanoseconds()
        child.kill()
        // The final account is in whole microseconds, of user and system time each.
        #expect(try #require(child.exit).cpuNanoseconds >= used - 2000)
        #expect(throws: ProcessError.self) { try clock.nanoseconds() }
    }

    @Test
    func aProgramThatIsNotThereIsNamedWithItsRemedy() {
        let error = #expect(throws: ProcessError.self) {
            try Executable.named("no-such-program", remedy: "Install it")
        }
        #expect(error?.description.contains("no-such-program") == true)
        #expect(error?.description.contains("Install it") == true)
    }
}
