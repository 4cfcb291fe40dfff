import MeteEvaluation

/// The lowest loss that any baseline reached on each series, chosen in hindsight, and what each baseline reached.
struct Baselines {
    private(set) var mae: [String: [String: Double]] = [:]
    private(set) var pinball: [String: [String: Double]] = [:]

    /// None: losses are not compared.
    init() {}

    /// Reads the table `file,method,mae,pinball,coverage`.
    init(csv: String) throws {
        for line in csv.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",").map(String.init)
            guard fields.count == 5, let mae = Double(fields[2]), let pinball = Double(fields[3])
            else {
                throw SeriesError(
                    file: "baselines", cause: "'\(line)' is no line of a table of baselines",
                    remedy: "the form is file,method,mae,pinball,coverage")
            }
            // `window` is a bound without a point forecast.
            if fields[1] != "window" { self.mae[fields[0], default: [:]][fields[1]] = mae }
            self.pinball[fields[0], default: [:]][fields[1]] = pinball
        }
    }

    func leastMAE(of file: String) -> Double? { mae[file]?.values.min() }
    func leastPinball(of file: String) -> Double? { pinball[file]?.values.min() }
}
