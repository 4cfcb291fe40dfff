import MeteAgent
import MeteClient
import MeteProtocol
import NIOCore
import Testing

/// Peers that do not keep to the protocol, or to its pace: each gets an answer or is cut off, and the next is served.
struct HostilePeerTests {
    @Test(arguments: [
        "\u{0}\u{1}\u{2}\u{3}\r\n\r\n", "hello\r\n\r\n", "GET\r\n\r\n", "GET /v1/status HTTP/9.9\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}", "GET /v1/status HTTP/1.1\r\nbad header\r\n\r\n",
        "GET /v1/status HTTP/1.1\r\ncontent-length: -1\r\n\r\n", "{\"json\": true}",
    ])
    func garbageIsMalformed(bytes: String) async throws {
        try await withServer(.init(status: .sample())) { socket, _ in
            let answer = try ask(socket, bytes)
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.contains("\"code\":\"malformed\""))
            try await expectService(socket)
        }
    }

    @Test func brokenChunkIsMalformed() async throws {
        try await withServer(.init(status: .sample())) { socket, _ in
            let answer = try ask(socket, "POST /v1/reload HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.contains("\"code\":\"malformed\""))
            try await expectService(socket)
        }
    }

    @Test func oversizedHeadersAreRefused() async throws {
        try await withServer(.init(status: .sample())) { socket, _ in
            let value = String(repeating: "x", count: APILimits().headerBytes + 1)
            let answer = try ask(socket, "GET /v1/status HTTP/1.1\r\na: \(value)\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 431 "))
            #expect(answer.contains("\"code\":\"headersTooLarge\""))
            try await expectService(socket)
        }
    }

    @Test(arguments: [true, false]) func oversizedBodyIsRefused(chunked: Bool) async throws {
        try await withServer(.init(status: .sample())) { socket, _ in
            let count = APILimits().bodyBytes + 1
            let body = String(repeating: "x", count: count)
            let answer = try ask(
                socket,
                "POST /v1/reload HTTP/1.1\r\nconnection: close\r\n"
                    + (chunked
                        ? "transfer-encoding: chunked\r\n\r\n\(String(count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
                        : "content-length: \(count)\r\n\r\n\(body)"))
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("\"code\":\"tooLarge\""))
            try await expectService(socket)
        }
    }

    @Test func halfClosedPeerGetsItsAnswer() async throws {
        try await withServer(.init(status: .sample())) { socket, _ in
            let peer = try RawPeer(socket)
            peer.send("GET /v1/status HTTP/1.1\r\n\r\n")
            peer.finishSending()
            #expect(try peer.readToEnd().hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test(arguments: ["", "GET /v1/sta", "GET /v1/status HTTP/1.1\r\nhost: "])
    func peerThatEndsEarlyIsClosed(bytes: String) async throws {
        try await withServer(.init(status: .sample())) { socket, _ in
            let peer = try RawPeer(socket)
            peer.send(bytes)
            peer.finishSending()
            let answer = try peer.readToEnd()
            #expect(answer.isEmpty == bytes.isEmpty)
            try await expectService(socket)
        }
    }

    @Test(arguments: [
        "", "GET /v1/status HTTP/1.1\r\nhost: loc", "POST /v1/reload HTTP/1.1\r\ncontent-length: 10\r\n\r\n123",
    ])
    func peerThatStopsSendingIsCutOff(bytes: String) async throws {
        var limits = APILimits()
        // Long enough for the client that comes after.
        limits.idle = .milliseconds(500)
        limits.body = .milliseconds(50)
        try await withServer(.init(status: .sample()), limits: limits) { socket, _ in
            #expect(try !ask(socket, bytes).hasPrefix("HTTP/1.1 200 "))
            try await expectService(socket)
        }
    }

    /// Every byte of a body starts the idle time anew; the deadline of the body does not move.
    @Test func peerThatTricklesItsBodyIsCutOff() async throws {
        var limits = APILimits()
        limits.body = .milliseconds(50)
        try await withServer(.init(status: .sample()), limits: limits) { socket, _ in
            let peer = try RawPeer(socket)
            peer.send("POST /v1/reload HTTP/1.1\r\ncontent-length: 60000\r\n\r\n")
            #expect(try peer.trickleUntilClosed(atMost: 60000))
            try await expectService(socket)
        }
    }

    @Test func connectionsOverTheLimitAreServedWhenOneIsFree() async throws {
        var limits = APILimits()
        limits.connections = 1
        try await withServer(.init(status: .sample()), limits: limits) { socket, _ in
            var holder: RawPeer? = try RawPeer(socket)
            holder?.send("GET /v1/status HTTP/1.1\r\n\r\n")
            _ = try holder?.read(until: "ticks")
            let waiting = try RawPeer(socket)
            waiting.send("GET /v1/status HTTP/1.1\r\nconnection: close\r\n\r\n")
            #expect(try !waiting.hasInput())
            holder = nil
            #expect(try waiting.readToEnd().hasPrefix("HTTP/1.1 200 "))
        }
    }

    private func expectService(_ socket: String) async throws {
        #expect(try await AgentClient(socket: socket).status() == .sample())
    }
}
