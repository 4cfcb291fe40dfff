internal import Foundation

/// Series from CSV files: a header `t,value`, then a line of seconds and a demand for each step.
///
/// A demand that is empty or `nan` was not measured. Times increase; the step is the median of their differences.
package enum SeriesFile {
    private static let form = "the form is a header 't,value' and then lines like '12.5,3.75', times increasing"

    /// - Throws: `SeriesError`.
    package static func read(_ path: String) throws -> EvaluatedSeries {
        try parse(try text(of: path), name: path)
    }

    /// All series that a manifest lists: a JSON array of objects with a `file`, each relative to the manifest's folder.
    ///
    /// - Throws: `SeriesError`.
    package static func readManifest(_ path: String) throws -> [EvaluatedSeries] {
        struct Entry: Decodable { let file: String }
        let entries: [Entry]
        do {
            entries = try JSONDecoder().decode([Entry].self, from: Data(try text(of: path).utf8))
        } catch let error as SeriesError {
            throw error
        } catch {
            throw SeriesError(
                file: path, cause: "it is no list of series",
                remedy: "the form is [{\"file\": \"folder/name.csv\"}, …], files relative to the manifest")
        }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return try entries.map { entry in
            let isAbsolute = entry.file.hasPrefix("/") || !path.contains("/")
            let file = isAbsolute ? entry.file : "\(folder)/\(entry.file)"
            return try parse(try text(of: file), name: entry.file, file: file)
        }
    }

    /// - Parameters:
    ///   - name: of the series.
    ///   - file: for errors; the name where it is the path.
    static func parse(_ text: String, name: String, file: String? = nil) throws(SeriesError) -> EvaluatedSeries {
        func failure(_ line: Int?, _ cause: String) -> SeriesError {
            SeriesError(file: file ?? name, line: line, cause: cause, remedy: form)
        }
        var times: [Double] = []
        var demands: [Double?] = []
        // CR and LF side by side are one character, and one line's end.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if index == 0 {
                guard line == "t,value" else { throw failure(1, "'\(line.prefix(40))' is no header of a series") }
                continue
            }
            if line.isEmpty { continue }
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == 2, let time = Double(fields[0]), time.isFinite else {
                throw failure(index + 1, "'\(line.prefix(40))' is no time and demand")
            }
            if let last = times.last, time <= last {
                throw failure(index + 1, "its time \(time) is not later than \(last) before it")
            }
            let value = fields[1].isEmpty ? Double.nan : Double(fields[1])
            guard let value else { throw failure(index + 1, "'\(fields[1].prefix(40))' is no number") }
            times.append(time)
            demands.append(value.isNaN ? nil : value)
        }
        guard let first = times.first, times.count > 1 else { throw failure(nil, "it holds \(times.count) values") }
        let steps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
        return EvaluatedSeries(name: name, start: first, step: steps[steps.count / 2], demands: demands)
    }

    private static func text(of path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            let isThere = FileManager.default.isReadableFile(atPath: path)
            throw SeriesError(
                file: path, cause: isThere ? "it is no text in UTF-8" : "there is no file that may be read",
                remedy: isThere ? form : "look at its name and rights")
        }
    }
}
