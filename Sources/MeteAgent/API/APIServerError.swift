/// Why the API cannot be offered at a path.
package struct APIServerError: Error, Equatable, CustomStringConvertible {
    package var code: Code
    package var socket: String
    /// What failed and why, in one sentence.
    package var message: String
    /// What the operator can do.
    package var remedy: String

    package enum Code: Equatable, Sendable {
        /// Another agent answers there; its process id, where the kernel tells it.
        case alreadyRunning(pid: Int32?)
        /// Another process is claiming a socket in the same folder at this moment.
        case contended
        /// Something that is not a stream socket stands at the path.
        case occupied
        /// Others may write the folder.
        case untrusted
        /// The path does not fit a socket address, or is not absolute.
        case invalidPath
        /// A system call failed.
        case system(errno: Int32)
        /// The event loop could not take the socket.
        case eventLoop
    }

    package init(_ code: Code, socket: String, message: String, remedy: String) {
        self.code = code
        self.socket = socket
        self.message = message
        self.remedy = remedy
    }

    package var description: String { "\(message); \(remedy)" }
}
