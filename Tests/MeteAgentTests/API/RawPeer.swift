import Glibc
import Testing

/// One end of a stream socket in the hands of a test, blocking, with a limit after which a read fails the test.
final class RawPeer {
    private let descriptor: CInt

    /// Connects to the socket at `path`.
    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        let result = RawAddress.use(path) { connect(descriptor, $0, $1) }
        try #require(result == 0, "connect: errno \(errno)")
        try limitReads()
    }

    init(accepted descriptor: CInt) throws {
        self.descriptor = descriptor
        try #require(descriptor >= 0)
        try limitReads()
    }

    deinit { close(descriptor) }

    /// Sends all of `bytes`, or what the other end takes before it closes.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func finishSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// What comes until the other end closes, or breaks the connection off.
    func readToEnd() throws -> String {
        var all: [UInt8] = []
        while let part = try readSome() { all += part }
        return String(decoding: all, as: UTF8.self)
    }

    /// What comes until `text` has come, inclusive of what follows it in the same read.
    func read(until text: String) throws -> String {
        var all: [UInt8] = []
        while !String(decoding: all, as: UTF8.self).contains(text) {
            all += try #require(try readSome(), "closed before \(text); came: \(String(decoding: all, as: UTF8.self))")
        }
        return String(decoding: all, as: UTF8.self)
    }

    /// Whether something can be read at once.
    func hasInput() throws -> Bool {
        var entry = pollfd(fd: descriptor, events: CShort(POLLIN), revents: 0)
        let ready = poll(&entry, 1, 0)
        try #require(ready >= 0)
        return ready > 0
    }

    /// Sends a byte a millisecond, at most `limit` of them; whether the other end closed before.
    func trickleUntilClosed(atMost limit: Int) throws -> Bool {
        for _ in 0..<limit {
            var entry = pollfd(fd: descriptor, events: CShort(POLLIN), revents: 0)
            if poll(&entry, 1, 1) > 0 { return try readSome() == nil }
            send("x")
        }
        return false
    }

    private func readSome() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == ECONNRESET { return nil }
        try #require(count >= 0, "nothing came: errno \(errno)")
        return count == 0 ? nil : Array(buffer[..<count])
    }

    private func limitReads() throws {
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        try #require(setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size) == 0)
    }
}

/// A listening or merely bound socket that is no agent's.
final class RawListener: Sendable {
    private let descriptor: CInt

    init(_ path: String, type: __socket_type = SOCK_STREAM) throws {
        descriptor = socket(AF_UNIX, CInt(type.rawValue), 0)
        try #require(descriptor >= 0)
        let result = RawAddress.use(path) { bind(descriptor, $0, $1) }
        try #require(result == 0, "bind: errno \(errno)")
        if type == SOCK_STREAM { try #require(listen(descriptor, 8) == 0) }
    }

    /// Closing leaves the file behind, as a killed agent does.
    deinit { close(descriptor) }

    func accept() throws -> RawPeer { try RawPeer(accepted: Glibc.accept(descriptor, nil, nil)) }
}

enum RawAddress {
    static func use<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
