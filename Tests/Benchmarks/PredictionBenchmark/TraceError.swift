/// A line of a table that is not what the table should hold.
struct TraceError: Error, CustomStringConvertible {
    let file: String
    let line: String
    let form: String

    var description: String { "\(file): '\(line)' is not of the form \(form)" }
}
