import FoundationEssentials
import Glibc
import MeteTestSupport
import Testing

@testable import redis_beside_hogs

/// The client as it is built, against real servers and ones that misbehave.
struct OpenLoopRunTests {
    private let folder: TemporaryFolder
    private var report: String { "\(folder.path)/report" }
    private var errors: String { "\(folder.path)/errors" }

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-open-loop")
    }

    private func start(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(.sibling("open-loop"), arguments, output: .file(report), errors: .file(errors))
    }

    private func exitCode(_ client: ChildProcess) -> Int32? {
        client.waitForEnd()?.code
    }

    private func redis(_ arguments: [String]) throws -> (process: ChildProcess, socket: String) {
        let socket = "\(folder.path)/redis.sock"
        let program = try Executable.named("redis-server", remedy: "apt-get install redis-server")
        let process = try ChildProcess(
            program, ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder.path] + arguments)
        Polling.wait { access(socket, F_OK) == 0 || process.hasEnded() }
        return (process, socket)
    }

    @Test
    func everyRequestOfEveryPhaseIsAnsweredByRedis() throws {
        let redis = try redis([])
        let client = try start(
            ["--socket", redis.socket, "--arrivals", "fixed", "--json", "--warm-up", "20ms@500"]
                + ["--phase", "100ms@1000", "--phase", "100ms@3000"])
        #expect(exitCode(client) == 0)
        let told = try JSONDecoder().decode(ClientReport.self, from: Data(TextFile.read(report).utf8))
        #expect(told.phases.map(\.sent) == [100, 300])
        #expect(told.phases.map(\.completed) == [100, 300])
        #expect(told.total.completed == 400)
        #expect(told.total.errors == 0)
        #expect(told.total.p50 > 0 && told.total.p50 <= told.total.p99 && told.total.p99 <= told.total.p999)
    }

    /// A client that waited for replies would wait for ever here: nothing is answered until all has been asked.
    @Test
    func noRequestWaitsForAReply() throws {
        let server = try FakeServer()
        let client = try start(
            [
                "--socket", server.path, "--connections", "1", "--keys", "1", "--arrivals", "fixed", "--phase",
                "200ms@1000",
            ])
        try server.acceptClient()
        try server.takeRequests(1)
        try server.say("+OK\r\n")
        try server.takeRequests(200)
        try server.say(String(repeating: "+OK\r\n", count: 200))
        #expect(exitCode(client) == 0)
    }

    @Test
    func unansweredAndRefusedRequestsAreErrors() throws {
        let server = try FakeServer()
        let client = try start(
            ["--socket", server.path, "--connections", "1", "--keys", "1", "--arrivals", "fixed", "--json"]
                + ["--patience", "1", "--phase", "10ms@1000"])
        try server.acceptClient()
        try server.takeRequests(1)
        try server.say("+OK\r\n")
        try server.takeRequests(2)
        try server.say("-ERR not today\r\n" + "+OK\r\n")
        #expect(exitCode(client) == 1)
        let told = try JSONDecoder().decode(ClientReport.self, from: Data(TextFile.read(report).utf8))
        #expect(told.total.sent == 10)
        #expect(told.total.completed == 1)
        #expect(told.total.errors == 9)
        #expect(try TextFile.read(errors).contains("ERR not today"))
    }

    @Test
    func withoutRedisItSaysHowToLookForIt() throws {
        #expect(exitCode(try start(["--socket", "\(folder.path)/none", "--phase", "1s@1"])) == EX_UNAVAILABLE)
        #expect(try TextFile.read(errors).contains("redis-cli -s \(folder.path)/none ping"))
    }

    @Test
    func aRedisThatRefusesTheKeysIsNotMeasured() throws {
        let redis = try redis(["--requirepass", "secret"])
        #expect(exitCode(try start(["--socket", redis.socket, "--phase", "1s@1"])) == EX_NOPERM)
        #expect(try TextFile.read(errors).contains("NOAUTH"))
    }

    @Test(arguments: [("HTTP/1.1 400 Bad Request\r\n", EX_PROTOCOL), ("+OK\r\n+OK\r\n", EX_PROTOCOL), ("", EX_IOERR)])
    func aServerThatIsNoRedisEndsTheRun(answer: String, code: Int32) throws {
        let server = try FakeServer()
        let client = try start(
            ["--socket", server.path, "--connections", "1", "--keys", "1", "--phase", "10s@10", "--patience", "0"])
        try server.acceptClient()
        try server.takeRequests(1)
        if answer.isEmpty { server.hangUp() } else { try server.say(answer) }
        #expect(exitCode(client) == code)
    }

    @Test(arguments: [
        [], ["--phase", "10"], ["--phase", "1s@1", "--connections", "0"], ["--phase", "1s@1", "--set-share", "2"],
        ["--phase", "1s@1", "--keys", "0"], ["--phase", "1s@1", "--arrivals", "bursts"],
    ])
    func wrongOptionsAreUsageErrors(arguments: [String]) throws {
        #expect(exitCode(try start(arguments)) == EX_USAGE)
    }
}
