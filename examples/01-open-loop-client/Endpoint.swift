import Glibc

/// Where redis listens.
enum Endpoint: Equatable, CustomStringConvertible {
    case unix(path: String)
    case tcp(address: String, port: UInt16)

    var description: String {
        switch self {
        case .unix(let path): path
        case .tcp(let address, let port): "\(address):\(port)"
        }
    }

    var redisCLIArguments: String {
        switch self {
        case .unix(let path): "-s \(path)"
        case .tcp(let address, let port): "-h \(address) -p \(port)"
        }
    }

    /// A connected socket.
    func connect() throws(OpenLoopError) -> Int32 {
        switch self {
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let capacity = MemoryLayout.size(ofValue: address.sun_path)
            guard path.utf8.count < capacity else {
                throw .unusableAddress(self, reason: "a socket's path has at most \(capacity - 1) bytes")
            }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            return try connect(to: address, family: AF_UNIX)
        case .tcp(let text, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard inet_pton(AF_INET, text, &address.sin_addr) == 1 else {
                throw .unusableAddress(self, reason: "\(text) is not an IPv4 address, such as 127.0.0.1")
            }
            let descriptor = try connect(to: address, family: AF_INET)
            var noDelay: Int32 = 1
            // Without it Nagle's algorithm would hold back a request until the one before is answered. It cannot fail
            // on a connected TCP socket.
            setsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout.size(ofValue: noDelay)))
            return descriptor
        }
    }

    private func connect<Address>(to address: Address, family: Int32) throws(OpenLoopError) -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .unreachable(self, errno: errno) }
        let status = withUnsafeBytes(of: address) { bytes in
            // The base address is there: no socket address is empty.
            bytes.assumingMemoryBound(to: sockaddr.self).baseAddress.map {
                Glibc.connect(descriptor, $0, socklen_t(bytes.count))
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw .unreachable(self, errno: code)
        }
        return descriptor
    }
}
