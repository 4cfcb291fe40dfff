/// Why the agent could not be asked, or what it answered instead.
package struct ClientError: Error, Equatable, CustomStringConvertible {
    package var code: Code
    /// The socket that was tried.
    package var socket: String
    /// What failed and why, in one sentence.
    package var message: String
    /// What can be done about it.
    package var remedy: String

    package enum Code: Equatable, Sendable {
        /// Nothing is at the path.
        case noAgent
        /// There is a socket, but nobody listens on it any more.
        case refused
        case permissionDenied
        /// No whole answer came in time.
        case timeout
        /// As many connections wait as the kernel queues.
        case busy
        case invalidPath
        /// The connection broke, or the answer is not HTTP or is too large.
        case connection
        /// The agent answered with an error; `code` is an `ErrorCode` of it, or empty when the body is no error report.
        case answered(status: Int, code: String)
        /// The answer is not the JSON that this version expects.
        case undecodable
    }

    package init(_ code: Code, socket: String, message: String, remedy: String) {
        self.code = code
        self.socket = socket
        self.message = message
        self.remedy = remedy
    }

    package var description: String { "\(message); \(remedy)" }
}
