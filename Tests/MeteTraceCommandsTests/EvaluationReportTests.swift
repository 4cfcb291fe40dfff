import MeteEvaluation
import MeteModel
import MeteStore
import Testing

@testable import MeteTraceCommands

struct EvaluationReportTests {
    private let series = EvaluatedSeries(
        name: "a, b.csv", start: 0, step: 1, demands: (0..<400).map { Double($0 % 7) })

    @Test func aLineForEachMethodAndTheLastForMete() throws {
        let lines = EvaluationReport(series, SeriesEvaluation(series, horizon: 1)).csv
        #expect(lines.count == ForecastExpert.allCases.count + 1)
        #expect(lines.allSatisfy { $0.hasPrefix("\"a, b.csv\",") && $0.split(separator: ",").count == 6 })
        let last = try #require(lines.last).split(separator: ",")
        #expect(last[2] == "mete" && Double(last[3]) != nil && Double(last[5]) != nil)
    }

    @Test func theTableHasTheCalibrationAndTheCost() {
        let report = EvaluationReport(series, SeriesEvaluation(series, horizon: 1))
        let lines = report.text(horizon: 1, cost: .microseconds(6))
        #expect(lines[0] == "a, b.csv: 400 values, 1 ahead")
        #expect(lines.contains { $0.hasPrefix("calibration of mete: 0.50 held ") })
        #expect(lines.contains("cost of a step: 6.0 µs"))
    }

    @Test func theSummaryComparesWithWhatOthersLost() throws {
        let evaluation = SeriesEvaluation(series, horizon: 1)
        var plain = EvaluationSummary()
        plain.add(evaluation, of: series)
        let lines = SummaryReport(plain, horizon: 1).text
        #expect(lines[0] == "1 series, 1 ahead")
        #expect(try #require(lines.first { $0.hasPrefix("mete ") }).split(separator: " ").last == "-")
        #expect(SummaryReport(EvaluationSummary(), horizon: 1).text == ["no series could be scored"])
    }

    @Test func aGapOfARecordingIsNotMeasured() {
        let second = Int64(Nanoseconds.perSecond)
        let samples = ([1, 2, 5] as [Int64]).map { end -> RecordedSample in
            var sample = RecordedSample(end: end * second, length: .perSecond)
            sample[.runTime] = second / 2
            sample[.runQueueDelay] = second / 4
            return sample
        }
        let series = RecordedSeries.series(samples, name: "r", interval: .perSecond, .cpu)
        #expect(series.demands == [0.75, 0.75, nil, nil, 0.75])
        #expect(series.start == 0 && series.step == 1)
    }

    @Test func onlyADatabaseIsARecording() {
        #expect(!RecordedSeries.isRecording("/proc/self/cmdline"))
        #expect(!RecordedSeries.isRecording("/nowhere"))
    }
}
