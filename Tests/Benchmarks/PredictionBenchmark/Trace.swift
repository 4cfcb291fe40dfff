import Foundation

/// One recorded series: what a predictor is evaluated on.
struct Trace {
    let file: String
    let values: [Double]

    /// The collection that the series belongs to: its folder.
    var collection: String { String(file.prefix { $0 != "/" }) }

    /// Samples at the start that are not scored, as in the baselines.
    var warmUp: Int { max(60, Int(0.3 * Double(values.count))) }

    var deviation: Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }

    /// Whether the baselines score it: it varies, and is long enough.
    var isScorable: Bool {
        deviation > 0 && !(values.count < 2 * warmUp && values.count < 120)
    }

    /// All series that a manifest lists. A series is a CSV file with the columns `t,value` under a header.
    static func load(manifest path: String) throws -> [Trace] {
        struct Entry: Decodable { let file: String }
        let manifest = URL(fileURLWithPath: path)
        let entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: manifest))
        return try entries.map { entry in
            let file = manifest.deletingLastPathComponent().appendingPathComponent(entry.file)
            let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
            let values = try lines.dropFirst().map { line in
                guard let comma = line.firstIndex(of: ","), let value = Double(line[line.index(after: comma)...])
                else { throw TraceError(file: entry.file, line: String(line), form: "t,value") }
                return value
            }
            return Trace(file: entry.file, values: values)
        }
    }
}
