import Glibc

/// What ends a run early: what was tried, on what, why it failed and what to do about it.
enum OpenLoopError: Error, Equatable {
    case unreachable(Endpoint, errno: Int32)
    case unusableAddress(Endpoint, reason: String)
    /// The server closed a connection, or it broke.
    case dropped(Endpoint, errno: Int32?, unanswered: Int)
    /// The server answers with something that no redis says to GET or SET.
    case notRESP(received: String)
    /// Redis is there but refuses the keys that the run needs.
    case preloadRefused(Endpoint, reply: String)
    /// A reply came to no request.
    case unasked(Endpoint)
    case waitFailed(errno: Int32)

    /// From sysexits.h, so that scripts can tell them apart.
    var exitCode: Int32 {
        switch self {
        case .unreachable, .unusableAddress: EX_UNAVAILABLE
        case .dropped: EX_IOERR
        case .notRESP, .unasked: EX_PROTOCOL
        case .preloadRefused: EX_NOPERM
        case .waitFailed: EX_OSERR
        }
    }
}

extension OpenLoopError: CustomStringConvertible {
    var description: String {
        switch self {
        case .unreachable(let endpoint, let code):
            "no connection to \(endpoint): \(Self.text(code)). Is redis-server running there? Try: redis-cli "
                + "\(endpoint.redisCLIArguments) ping"
        case .unusableAddress(let endpoint, let reason):
            "cannot use the address \(endpoint): \(reason)"
        case .dropped(let endpoint, let code, let unanswered):
            "\(endpoint) dropped a connection with \(unanswered) requests unanswered: "
                + (code.map(Self.text) ?? "closed by the server") + ". See the log of redis-server; its limits on "
                + "clients and their buffers are maxclients, timeout and client-output-buffer-limit"
        case .notRESP(let received):
            "the server does not speak redis's protocol (RESP2); it sent: \(received)"
        case .preloadRefused(let endpoint, let reply):
            "\(endpoint) refused a SET of the keys to be used: \(reply). Point the client at a redis for tests: no "
                + "password, writable"
        case .unasked(let endpoint):
            "\(endpoint) sent a reply that no request asked for"
        case .waitFailed(let code):
            "waiting for the connections (pselect) failed: \(Self.text(code))"
        }
    }

    private static func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
