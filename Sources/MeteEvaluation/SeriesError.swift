/// Why a series could not be read.
package struct SeriesError: Error, Equatable, CustomStringConvertible {
    package var file: String
    /// From 1; nil where the fault is of no line.
    package var line: Int?
    package var cause: String
    package var remedy: String

    package init(file: String, line: Int? = nil, cause: String, remedy: String) {
        self.file = file
        self.line = line
        self.cause = cause
        self.remedy = remedy
    }

    package var description: String {
        "cannot read \(file)\(line.map { ", line \($0)" } ?? ""): \(cause); \(remedy)"
    }
}
