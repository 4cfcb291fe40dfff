/// Why a recording cannot be written or read.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// There is no such file.
        case missing
        /// A file, but no recording of mete's.
        case foreign
        /// A recording of a later mete.
        case newer
        /// Cut off or overwritten, so that it cannot be opened.
        case damaged
        /// Another process writes it.
        case busy
        /// Not permitted, no room, or another failure of the system.
        case refused
    }

    package var code: Code
    package var operation: String
    package var path: String
    package var cause: String
    package var remedy: String

    package var description: String { "cannot \(operation) \(path): \(cause); \(remedy)" }
}
