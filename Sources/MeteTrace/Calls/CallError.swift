/// Why a function whose calls are to be counted cannot be: what was asked for, why not, and what was perhaps meant.
package struct CallError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// What was asked for is not of the form LIB:FUNC, or asked for twice.
        case malformed
        case noLibrary
        /// The file cannot be read, is not one of the kind, or is for another machine.
        case unreadable
        case noFunction
        /// There is such a symbol, and a probe on it would not see the calls.
        case unfit
    }

    package var code: Code
    /// As the user wrote it.
    package var function: String
    package var cause: String
    package var remedy: String

    package var description: String { "cannot count calls of `\(function)`: \(cause); \(remedy)" }
}
