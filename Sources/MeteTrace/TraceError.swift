/// Why tracing could not start or go on: what was tried, why it failed, and what would help.
package struct TraceError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case noBTF
        case notPermitted
        case noTracepoint
        case rejected
        case readFailed
    }

    package var code: Code
    /// What was tried, on what.
    package var operation: String
    /// Why it failed, in the kernel's or the loader's words.
    package var cause: String
    package var remedy: String

    package var description: String { "\(operation): \(cause); \(remedy)" }
}
