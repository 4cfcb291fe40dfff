import Foundation
import MeteEvaluation

/// A recorded series and the lowest pinball loss at 0.95 that a baseline reached on it, chosen in hindsight.
struct RecordedSeries {
    private let series: EvaluatedSeries
    let values: [Double]
    /// In standard deviations of the series.
    let leastPinball: Double

    var warmUp: Int { series.warmUp }
    var deviation: Double { series.deviation }

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
            let series = try SeriesFile.read(folder.appendingPathComponent(file).path)
            return RecordedSeries(series: series, values: series.demands.compactMap { $0 }, leastPinball: loss)
        }
    }

    /// The rows under the header.
    private static func table(_ file: URL) throws -> [[String]] {
        try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.split(separator: ",").map(String.init) }
    }
}
