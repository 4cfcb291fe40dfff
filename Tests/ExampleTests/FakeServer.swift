import Glibc
import MeteTestSupport

/// A server on a Unix socket that says what a test wants it to say, to one client.
final class FakeServer {
    let path: String
    private let folder: TemporaryFolder
    private let listener: Int32
    private var client: Int32 = -1

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-fake-server")
        path = "\(folder.path)/socket"
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(listener, 1) == 0 else { throw ProcessError("listen on", path, errno: errno) }
    }

    deinit {
        close(listener)
        if client >= 0 { close(client) }
    }

    func acceptClient() throws {
        client = accept(listener, nil, nil)
        guard client >= 0 else { throw ProcessError("accept a client on", path, errno: errno) }
    }

    /// Reads until that many requests have come; each starts with the only `*` in it.
    func takeRequests(_ count: Int) throws {
        var missing = count
        var buffer = [UInt8](repeating: 0, count: 4096)
        while missing > 0 {
            let length = read(client, &buffer, buffer.count)
            guard length > 0 else {
                throw ProcessError("read requests from", "the client", cause: "it left with \(missing) still to come")
            }
            missing -= buffer[..<length].count { $0 == UInt8(ascii: "*") }
        }
    }

    func say(_ text: String) throws {
        guard send(client, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count else {
            throw ProcessError("write to", "the client", errno: errno)
        }
    }

    func hangUp() {
        close(client)
        client = -1
    }
}
