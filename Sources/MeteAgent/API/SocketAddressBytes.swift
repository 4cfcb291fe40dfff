import Glibc
import MeteProtocol

/// A path as `sockaddr_un`.
struct SocketAddressBytes {
    let path: String
    private var address = sockaddr_un()

    init(_ path: String) throws(APIServerError) {
        let length = path.utf8.count
        guard length > 0, length <= SocketPath.maximumLength, !path.utf8.contains(0) else {
            throw APIServerError(
                .invalidPath, socket: path,
                message:
                    "a socket path has 1 to \(SocketPath.maximumLength) bytes, none of them 0; this has \(length): \(path)",
                remedy: "choose a shorter path, such as \(SocketPath.standard)")
        }
        self.path = path
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    }

    /// Calls `body` with the address as bind(2) and connect(2) take it.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
