import MeteEvaluation
import MeteModel
import MeteReport
import MeteText

/// What came of evaluating one series, as lines and as a part of a page.
struct EvaluationReport {
    private let series: EvaluatedSeries
    private let evaluation: SeriesEvaluation

    init(_ series: EvaluatedSeries, _ evaluation: SeriesEvaluation) {
        self.series = series
        self.evaluation = evaluation
    }

    private static let head = ["METHOD", "MAE", "RMSE", "PINBALL", "COVERAGE"]

    private var rows: [[String]] {
        evaluation.scores.map { score in
            [score.method] + [score.mae, score.rmse, score.pinballLoss95, score.coverage95].map { Figure.fixed($0, 4) }
        }
    }

    /// `file,method,mae,pinball,coverage`.
    var csv: [String] {
        evaluation.scores.map { score in
            let figures = [score.mae, score.pinballLoss95, score.coverage95].map { Figure.fixed($0, 5) }
            return ([CSVField.quoted(series.name), score.method] + figures).joined(separator: ",")
        }
    }

    /// A table of methods, the calibration of the combination, and what a step costs.
    func text(horizon: Int, cost: Duration?) -> [String] {
        let columns = TableColumns(
            [.init(Self.head[0], width: 22)]
                + Self.head.dropFirst().map { .init($0, width: 9, alignment: .right) })
        var lines = ["\(series.name): \(series.demands.count) values, \(horizon) ahead", columns.header]
        for row in rows { lines += columns.row(row) }
        if let combination = evaluation.scores.last, combination.method == SeriesEvaluation.combination {
            let levels = zip(Quantiles.levels, combination.coverage).map { level, coverage in
                "\(Figure.fixed(level, 2)) held \(Figure.fixed(coverage, 3))"
            }
            lines.append("calibration of \(combination.method): \(levels.joined(separator: ", "))")
        }
        if let cost {
            let nanoseconds = Double(cost.components.attoseconds) / 1e9
            lines.append("cost of a step: \(Figure.fixed(nanoseconds / 1e3, 1)) µs")
        }
        return lines + [""]
    }

    var part: ForecastPage.Part {
        ForecastPage.Part(
            name: series.name, start: Int64(series.start * 1e9), step: max(1, Int64(series.step * 1e9)),
            demands: series.demands, forecasts: evaluation.forecasts, head: Self.head, rows: rows)
    }
}
