package import ArgumentParser
import MeteEvaluation
import MeteModel
import MeteReport
import MeteText

/// `mete eval`: how good forecasts are on recorded demands.
package struct EvalCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Forecast recorded demands as the agent would, and score the forecasts against what then came.",
        discussion: """
            A series is a CSV file with the header t,value, or a component of a file that `mete record` has made. The first 30 % of \
            a series, 60 values at least, are learnt from and not scored. Losses are in standard deviations of the series: MAE and RMSE of \
            the median, the pinball loss and the coverage of the 0.95 quantile.
            """)

    @Argument(help: "CSV files, or a recording.")
    var files: [String] = []

    @Option(help: "A JSON list of CSV files: [{\"file\": \"name.csv\"}, …], relative to it.")
    var manifest: String?

    @Option(help: "Ticks ahead to forecast.")
    var horizon: Int = 1

    @Option(help: "The component of a recording.")
    var component: String?

    @Option(help: "What of a component of a recording: cpu, memory, disk or network.")
    var resource: RecordedResource = .cpu

    @Flag(help: "Print file,method,mae,pinball,coverage; one line for each expert and one for mete.")
    var csv = false

    @Flag(help: "Print one table of all series, instead of one for each.")
    var summary = false

    @Option(
        help: """
            What other methods lost on the same series, in the form that --csv prints: the table of all series then also has \
            losses relative to the best of them on each series.
            """)
    var baselines: String?

    @Option(help: "A page to write with the forecasts over the demands; - is standard output.")
    var html: String?

    package init() {}

    package func validate() throws {
        guard !files.isEmpty || manifest != nil else { throw ValidationError("name a file, or a --manifest") }
        guard (1...1_000).contains(horizon) else {
            throw ValidationError("--horizon must be from 1 to 1000, not \(horizon)")
        }
        let outputs = [csv, html == "-", summary || baselines != nil].count { $0 }
        guard outputs <= 1 else {
            throw ValidationError("--csv, --html - and --summary (or --baselines) want standard output for themselves")
        }
    }

    package func run() throws {
        var parts: [ForecastPage.Part] = []
        let isSummary = summary || baselines != nil
        var summary = EvaluationSummary(try baselines.map { try Baselines.read($0) })
        if csv { Console.line("file,method,mae,pinball,coverage") }
        for series in try all() {
            if let obstacle = series.obstacle {
                Console.note("\(series.name) \(obstacle)")
                continue
            }
            let evaluation = SeriesEvaluation(series, horizon: horizon)
            let report = EvaluationReport(series, evaluation)
            if isSummary {
                summary.add(evaluation, of: series)
            } else if csv {
                for line in report.csv { Console.line(line) }
            } else if html != "-" {
                let cost = SeriesEvaluation.cost(of: series, horizons: [horizon])
                for line in report.text(horizon: horizon, cost: cost) { Console.line(line) }
            }
            if html != nil { parts.append(report.part) }
        }
        if isSummary { for line in SummaryReport(summary, horizon: horizon).text { Console.line(line) } }
        guard let html else { return }
        let page = ForecastPage(
            parts, title: "Forecasts \(horizon) \(horizon == 1 ? "tick" : "ticks") ahead", version: Version.current)
        let target = try ExportFile(path: html)
        try target.write(page.html)
        try target.close()
    }

    private func all() throws -> [EvaluatedSeries] {
        try (manifest.map { try SeriesFile.readManifest($0) } ?? [])
            + files.map { file in
                guard RecordedSeries.isRecording(file) else { return try SeriesFile.read(file) }
                return try RecordedSeries.read(file, component: component, resource)
            }
    }
}
