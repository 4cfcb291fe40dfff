import Foundation

/// A recorded series and the lowest pinball loss at 0.95 that a baseline reached on it, chosen in hindsight.
struct RecordedSeries {
    let file: String
    let values: [Double]
    /// In standard deviations of the series.
    let leastPinball: Double

    /// Samples at the start that are not scored, as in the baselines.
    var warmUp: Int { max(60, Int(0.3 * Double(values.count))) }

    var deviation: Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }

    /// The series of a folder's `baselines.csv` (file,method,mae,pinball,coverage) that no baseline forecast without loss.
    static func load(folder: String) throws -> [RecordedSeries] {
        let folder = URL(fileURLWithPath: folder)
        var files: [String] = []
        var least: [String: Double] = [:]
        for fields in try table(folder.appendingPathComponent("baselines.csv")) where fields.count == 5 {
            guard let loss = Double(fields[3]) else { continue }
            if least[fields[0]] == nil { files.append(fields[0]) }
            least[fields[0]] = min(least[fields[0]] ?? .infinity, loss)
        }
        return try files.compactMap { file in
            guard let loss = least[file], loss > 0 else { return nil }
            let values = try table(folder.appendingPathComponent(file)).compactMap { $0.last.flatMap(Double.init) }
            return RecordedSeries(file: file, values: values, leastPinball: loss)
        }
    }

    /// The rows under the header.
    private static func table(_ file: URL) throws -> [[String]] {
        try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.split(separator: ",").map(String.init) }
    }
}
