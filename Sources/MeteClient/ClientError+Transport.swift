import Glibc
import MeteProtocol
import NIOCore

extension ClientError {
    /// What an error of the connection to `socket` means to the asker.
    init(transport error: any Error, socket: String) {
        switch error {
        case let error as ClientError: self = error
        case let error as IOError: self.init(errno: error.errnoCode, socket: socket)
        case ChannelError.connectTimeout: self = .timeout(socket)
        case SocketAddressError.unixDomainSocketPathTooLong:
            self.init(
                .invalidPath, socket: socket,
                message:
                    "the socket path has \(socket.utf8.count) bytes, at most \(SocketPath.maximumLength) fit: \(socket)",
                remedy: "give a shorter path")
        default:
            self.init(
                .connection, socket: socket, message: "the exchange with \(socket) failed: \(error)",
                remedy: "see the agent's log, and whether it is the agent that listens there")
        }
    }

    private init(errno code: CInt, socket: String) {
        switch code {
        case ENOENT, ENOTDIR:
            self.init(
                .noAgent, socket: socket, message: "no agent is running at \(socket)",
                remedy: "start one with `mete agent`")
        case ECONNREFUSED:
            self.init(
                .refused, socket: socket, message: "no agent listens on \(socket): the one that made it has died",
                remedy: "start one with `mete agent`; it replaces the socket")
        case EACCES, EPERM:
            self.init(
                .permissionDenied, socket: socket, message: "permission to connect to \(socket) is denied",
                remedy: "run as root, or as a member of the group that owns the socket and its folder")
        case EAGAIN:
            self.init(
                .busy, socket: socket, message: "too many others wait for the agent at \(socket)",
                remedy: "try again in a moment")
        default:
            self.init(
                .connection, socket: socket,
                message: "the connection to \(socket) failed: \(String(cString: strerror(code)))",
                remedy: "see whether it is the agent that listens there")
        }
    }

    static func timeout(_ socket: String) -> ClientError {
        ClientError(
            .timeout, socket: socket, message: "the agent at \(socket) did not answer in time",
            remedy: "see whether it is stopped or starved; `mete doctor` needs no agent")
    }
}
