import Glibc
import MeteAgent
import MeteClient
import MeteModel
import MeteProtocol
import MeteTestSupport
import NIOCore
import Testing

/// Starting, stopping, and what happens to those who are connected.
struct APILifecycleTests {
    @Test func stopRemovesTheSocketAndMayBeRepeated() async throws {
        try await withServer { socket, server in
            server.stop()
            server.stop()
            #expect(access(socket, F_OK) != 0)
            let error = await #expect(throws: ClientError.self) { try await AgentClient(socket: socket).health() }
            #expect(error?.code == .noAgent)
        }
    }

    @Test func restartsOnTheSamePath() async throws {
        let folder = try TemporaryFolder()
        for _ in 0..<3 {
            let server = try APIServer.start(socket: folder.socket, state: FixedState()) { Issue.record("\($0)") }
            #expect(try await AgentClient(socket: folder.socket).health().healthy)
            server.stop()
        }
    }

    @Test(arguments: [
        "", "GET /v1/status HTTP/1.1\r\nhost: ", "POST /v1/reload HTTP/1.1\r\ncontent-length: 10\r\n\r\n123",
    ])
    func stopEndsConnectionsWhoseRequestIsNotComplete(bytes: String) async throws {
        var limits = APILimits()
        limits.grace = .milliseconds(50)
        try await withServer(limits: limits) { socket, server in
            let peer = try RawPeer(socket)
            // An answer shows that the server has taken the connection.
            peer.send("GET /v1/health HTTP/1.1\r\n\r\n")
            _ = try peer.read(until: "}")
            peer.send(bytes)
            server.stop()
            #expect(try !peer.readToEnd().contains("HTTP/1.1 200"))
        }
    }

    @Test func stopLetsAnAnswerUnderWayFinish() async throws {
        let folder = try TemporaryFolder()
        let (reached, reach) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let report = ReloadReport(policy: PolicyReport(loadedAt: 1), components: [.rest])
        let state = FixedState(.init(reload: .loaded(report))) {
            reach.finish()
            for await _ in released {}
        }
        var limits = APILimits()
        limits.grace = .seconds(30)
        let server = try APIServer.start(socket: folder.socket, state: state, limits: limits) { Issue.record("\($0)") }
        async let answer = AgentClient(socket: folder.socket, timeout: .seconds(30)).reload()
        for await _ in reached {}
        let stopping = PlainThread { server.stop() }
        // The file goes first: once it is gone, the server is stopping.
        while access(folder.socket, F_OK) == 0 { await Task.yield() }
        release.finish()
        let received = try await answer
        #expect(received == report)
        stopping.join()
    }

    @Test func stopDoesNotWaitForAnAnswerThatNeverComes() async throws {
        let folder = try TemporaryFolder()
        let (reached, reach) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let state = FixedState {
            reach.finish()
            for await _ in released {}
        }
        var limits = APILimits()
        limits.grace = .milliseconds(50)
        let reports = ReportLog()
        let server = try APIServer.start(socket: folder.socket, state: state, limits: limits) { reports.add($0) }
        let asking = Task { try await AgentClient(socket: folder.socket).reload() }
        for await _ in reached {}
        server.stop()
        #expect(reports.all == ["the API stops while an answer is still being made; its thread remains"])
        release.finish()
        await #expect(throws: ClientError.self) { try await asking.value }
    }
}
