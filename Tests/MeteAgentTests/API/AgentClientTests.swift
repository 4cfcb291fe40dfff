import Glibc
import MeteProtocol
import MeteTestSupport
import NIOCore
import Testing

@testable import MeteClient

/// What the client says when there is no agent, or something else in its place.
struct AgentClientTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func missingSocketMeansNoAgent() async {
        let path = folder.socket
        let error = await failure(at: path)
        #expect(error?.code == .noAgent)
        #expect(error?.description == "no agent is running at \(path); start one with `mete agent`")
    }

    @Test func socketOfADeadAgentRefuses() async throws {
        let path = folder.file("agent.sock")
        _ = try RawListener(path)
        #expect(await failure(at: path)?.code == .refused)
    }

    @Test func tooLongPathIsInvalid() async {
        #expect(await failure(at: "/tmp/" + String(repeating: "x", count: 200))?.code == .invalidPath)
    }

    /// Root is denied nothing by file modes, so the kernel's answers are handed in.
    @Test(arguments: [
        (EACCES, ClientError.Code.permissionDenied), (EPERM, .permissionDenied), (EAGAIN, .busy), (ENOENT, .noAgent),
        (ECONNREFUSED, .refused), (EPIPE, .connection),
    ])
    func kernelErrorsHaveTheirMeaning(errno: CInt, code: ClientError.Code) {
        let error = ClientError(transport: IOError(errnoCode: errno, reason: "connect"), socket: "/run/x")
        #expect(error.code == code)
        #expect(error.message.contains("/run/x"))
    }

    @Test func silenceIsATimeout() async throws {
        let path = folder.file("agent.sock")
        let listener = try RawListener(path)
        #expect(await failure(at: path, timeout: .milliseconds(50))?.code == .timeout)
        withExtendedLifetime(listener) {}
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", ClientError.Code.undecodable),
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", .undecodable),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", .undecodable),
        ("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 2\r\n\r\n{}", .answered(status: 502, code: "")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"agent\":", .connection),
        ("SSH-2.0-OpenSSH_9.2\r\n", .connection), ("", .connection),
        ("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{", .connection),
    ])
    func strangeAnswerIsExplained(bytes: String, code: ClientError.Code) async throws {
        let path = folder.file("agent.sock")
        let listener = try RawListener(path)
        // Accepting waits for the client, so it must not take a thread of the pool that the client needs.
        let answering = PlainThread {
            do {
                let peer = try listener.accept()
                _ = try peer.read(until: "\r\n\r\n")
                peer.send(bytes)
                peer.finishSending()
            } catch {
                Issue.record(error)
            }
        }
        let error = await failure(at: path, timeout: .seconds(30))
        answering.join()
        #expect(error?.code == code)
        #expect(error?.remedy.isEmpty == false)
    }

    private func failure(at path: String, timeout: TimeAmount = .seconds(5)) async -> ClientError? {
        do {
            _ = try await AgentClient(socket: path, timeout: timeout).status()
            return nil
        } catch {
            return error
        }
    }
}
