import MeteModel
import Testing

@testable import MeteEvaluation

struct EvaluationSummaryTests {
    private func series(_ name: String, _ count: Int = 200) -> EvaluatedSeries {
        EvaluatedSeries(name: name, start: 0, step: 1, demands: (0..<count).map { Double($0 * $0 % 97 % 7) })
    }

    private func baselines(_ lines: String...) throws -> Baselines {
        try Baselines(csv: (["file,method,mae,pinball,coverage"] + lines).joined(separator: "\n"), file: "table")
    }

    @Test func lossesAreRelativeToTheBestOfEachSeries() throws {
        let (one, other) = (series("a"), series("b"))
        let losses = try #require(SeriesEvaluation(one, horizon: 1).scores.first)
        // On one series the best has half the loss, on the other twice the loss: the same in the geometric mean.
        let table = try baselines(
            "a,best,\(losses.mae / 2),\(losses.pinballLoss95 / 2),0.95", "a,worse,9,9,0.95",
            "b,best,\(losses.mae * 2),\(losses.pinballLoss95 * 2),0.95")
        var summary = EvaluationSummary(table)
        for series in [one, other] { summary.add(SeriesEvaluation(series, horizon: 1), of: series) }
        let row = try #require(summary.rows.first)
        #expect(row.method == losses.method && row.series == 2)
        #expect(abs(row.meanMAE - losses.mae) < 1e-12 && abs(row.meanPinball - losses.pinballLoss95) < 1e-12)
        #expect(abs(try #require(row.relativeMeanMAE) - 1) < 1e-9)
        #expect(abs(try #require(row.relativeMeanPinball) - 1) < 1e-9)
    }

    @Test func withoutBaselinesNothingIsCompared() throws {
        var summary = EvaluationSummary()
        summary.add(SeriesEvaluation(series("a"), horizon: 1), of: series("a"))
        let row = try #require(summary.rows.last)
        #expect(row.method == SeriesEvaluation.combination)
        #expect(row.relativeMeanMAE == nil && row.relativeMeanPinball == nil)
        #expect(row.calibrated == (0, 0), "too short a series to say")
    }

    @Test func onlyLongSeriesAreCalibrated() throws {
        var summary = EvaluationSummary()
        let long = series("a", 1_500)
        summary.add(SeriesEvaluation(long, horizon: 1), of: long)
        #expect(try #require(summary.rows.last).calibrated.of == 1)
    }

    @Test func aMethodWithoutAPointDoesNotCountAsABaselineOfPoints() throws {
        let table = try baselines("a,window,nan,0.2,0.95", "a,last,0.5,,0.95")
        #expect(table.leastMAE(of: "a") == 0.5 && table.leastPinball(of: "a") == 0.2)
        #expect(table.leastMAE(of: "b") == nil)
    }

    @Test func namesMayBeQuoted() throws {
        let table = try baselines("\"a, \"\"b\"\".csv\",last,0.5,0.1,0.95")
        #expect(table.leastMAE(of: "a, \"b\".csv") == 0.5)
    }

    @Test(arguments: [
        "t,value\n1,2", "file,method,mae,pinball,coverage\na,last,0.5",
        "file,method,mae,pinball,coverage\na,last,x,1,1",
    ])
    func aForeignTableIsRefused(text: String) throws {
        let error = try #require(throws: SeriesError.self) { try Baselines(csv: text, file: "table") }
        #expect(error.file == "table" && error.line == (text.hasPrefix("t,") ? 1 : 2))
    }
}
