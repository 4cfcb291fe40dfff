import MeteEvaluation
import MeteText

/// How each method did over many series, as a table.
struct SummaryReport {
    private let summary: EvaluationSummary
    private let horizon: Int

    init(_ summary: EvaluationSummary, horizon: Int) {
        self.summary = summary
        self.horizon = horizon
    }

    private static let columns = TableColumns(
        [.init("METHOD", width: 22)]
            + [
                ("SERIES", 6), ("MAE", 9), ("PINBALL", 9), ("COVERAGE", 9), ("LOWEST", 7), ("CALIBRATED", 12),
                ("REL.MAE", 8),
                ("REL.PINBALL", 11),
            ].map { .init($0.0, width: $0.1, alignment: .right) })

    var text: [String] {
        guard summary.series > 0 else { return ["no series could be scored"] }
        var lines = ["\(summary.series) series, \(horizon) ahead", Self.columns.header]
        for row in summary.rows {
            let (calibrated, long) = row.calibrated
            lines += Self.columns.row([
                row.method, "\(row.series)", Figure.fixed(row.meanMAE, 4), Figure.fixed(row.meanPinball, 4),
                Figure.fixed(row.medianCoverage, 3), Figure.fixed(row.leastCoverage, 3), "\(calibrated) of \(long)",
                row.relativeMeanMAE.map { Figure.fixed($0, 3) } ?? "-",
                row.relativeMeanPinball.map { Figure.fixed($0, 3) } ?? "-",
            ])
        }
        return lines + [
            "SERIES: on which a method forecast anything; of the two networks a component soon keeps one.",
            "MAE, PINBALL: means in standard deviations of each series. COVERAGE, LOWEST: of the 0.95 quantile.",
            "CALIBRATED: series of \(EvaluationSummary.longSeries) scored values or more with a coverage from 0.94 to 0.96.",
            "REL.: geometric mean of the loss over that of the best baseline of each series, chosen in hindsight.",
        ]
    }
}
