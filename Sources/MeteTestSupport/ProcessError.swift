import Glibc

/// Why something about another process, its clock or its group could not be done: what was tried, on what, and the cause.
package struct ProcessError: Error, CustomStringConvertible {
    package let attempt: String
    package let subject: String
    package let cause: String

    package init(_ attempt: String, _ subject: String, cause: String) {
        self.attempt = attempt
        self.subject = subject
        self.cause = cause
    }

    package init(_ attempt: String, _ subject: String, errno code: Int32) {
        self.init(attempt, subject, cause: String(cString: strerror(code)))
    }

    package var description: String { "cannot \(attempt) \(subject): \(cause)" }
}
