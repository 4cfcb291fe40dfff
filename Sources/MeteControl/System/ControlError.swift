/// Why a setting could not be read, written or brought back: what was tried, on what, why not, and what to do.
package struct ControlError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, for callers that choose an exit code by it.
    package enum Code: String, Equatable, Sendable {
        /// The kernel refused a read or a write of a setting.
        case refused
        /// The journal could not be written, so nothing was changed.
        case journal
        /// Another agent holds the state folder.
        case locked
        /// Somebody else could write the state folder or the journal, so what it says is not acted on.
        case untrusted
        /// This kernel or machine lacks what is needed.
        case unsupported
    }

    package var code: Code
    /// What was tried, as a verb phrase: `write 512`.
    package var operation: String
    /// On what: a path, a thread.
    package var subject: String
    package var cause: Errno?
    /// What was found instead, where there is no errno.
    package var detail: String
    package var remedy: String

    package init(
        _ code: Code, _ operation: String, _ subject: String, cause: Errno? = nil, detail: String = "", remedy: String
    ) {
        self.code = code
        self.operation = operation
        self.subject = subject
        self.cause = cause
        self.detail = detail
        self.remedy = remedy
    }

    package var description: String {
        let reason = [cause.map(\.description), detail.isEmpty ? nil : detail].compactMap { $0 }.joined(separator: "; ")
        return "cannot \(operation) \(subject): \(reason). \(remedy)"
    }
}
