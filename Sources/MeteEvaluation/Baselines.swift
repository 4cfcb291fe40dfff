internal import Foundation

/// What other methods lost on the same series, from a table `file,method,mae,pinball,coverage`, such as `mete eval --csv` prints.
package struct Baselines: Sendable {
    private var mae: [String: Double] = [:]
    private var pinball: [String: Double] = [:]

    /// - Throws: `SeriesError`.
    package static func read(_ path: String) throws -> Baselines {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SeriesError(
                file: path, cause: "there is no text that may be read", remedy: "look at its name and rights")
        }
        return try Baselines(csv: text, file: path)
    }

    /// A loss that is empty or `nan`, as of a method without a point forecast, does not count.
    init(csv: String, file: String) throws(SeriesError) {
        func failure(_ line: Int, _ text: Substring) -> SeriesError {
            SeriesError(
                file: file, line: line, cause: "'\(text.prefix(60))' is no line of a table of losses",
                remedy:
                    "the form is a header 'file,method,mae,pinball,coverage' and lines like 'a.csv,last,0.8,0.1,0.95'")
        }
        for (index, line) in csv.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line.isEmpty { continue }
            let fields = Self.fields(of: line)
            guard fields.count == 5 else { throw failure(index + 1, line) }
            if index == 0 {
                guard line == "file,method,mae,pinball,coverage" else { throw failure(1, line) }
                continue
            }
            try Self.keepLeast(fields[2], of: fields[0], in: &mae) { failure(index + 1, line) }
            try Self.keepLeast(fields[3], of: fields[0], in: &pinball) { failure(index + 1, line) }
        }
    }

    /// Fields may be quoted, quotes within them doubled (RFC 4180).
    private static func fields(of line: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        var last: Character?
        for character in line {
            switch character {
            case "\"":
                if !isQuoted, last == "\"" { fields[fields.count - 1].append(character) }
                isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
            last = character
        }
        return fields
    }

    private static func keepLeast(
        _ field: String, of series: String, in losses: inout [String: Double], otherwise failure: () -> SeriesError
    ) throws(SeriesError) {
        guard !field.isEmpty else { return }
        guard let loss = Double(field) else { throw failure() }
        if loss.isFinite { losses[series] = min(loss, losses[series] ?? .infinity) }
    }

    /// The least mean absolute error that any method had on a series; nil where there is none.
    package func leastMAE(of series: String) -> Double? { mae[series] }
    /// The least pinball loss of the 0.95 quantile, likewise.
    package func leastPinball(of series: String) -> Double? { pinball[series] }
}
