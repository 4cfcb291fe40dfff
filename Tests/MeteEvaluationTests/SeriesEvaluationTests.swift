import MeteModel
import SeededRandom
import Testing

@testable import MeteEvaluation

struct SeriesEvaluationTests {
    private func series(_ demands: [Double?]) -> EvaluatedSeries {
        EvaluatedSeries(name: "a", start: 0, step: 1, demands: demands)
    }

    private func noise(_ count: Int, seed: UInt64 = 1) -> [Double] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in max(0, 10 + generator.normal()) }
    }

    @Test func lossesAreThoseOfTheBaselines() throws {
        // MAE and RMSE of the median, pinball loss of the 0.95 quantile, in standard deviations: of errors of 2 and -1 at
        // a deviation of 0.5.
        var score = MethodScore(method: "a", deviation: 0.5)
        score.add(Quantiles(median: 1, p90: 1, p95: 2, p99: 4), demand: 3)
        score.add(Quantiles(median: 1, p90: 1, p95: 2, p99: 4), demand: 0)
        #expect(score.mae == 3)
        #expect(abs(score.rmse - 2.5.squareRoot() / 0.5) < 1e-12)
        // (0.95 · 1 + 0.05 · 2) / 2 / 0.5.
        #expect(abs(score.pinballLoss95 - 1.05) < 1e-12)
        #expect(score.coverage == [0.5, 0.5, 0.5, 1])
    }

    @Test func theWarmUpIsNotScored() throws {
        let evaluation = SeriesEvaluation(series(noise(400)), horizon: 1)
        let combination = try #require(evaluation.scores.last)
        #expect(combination.method == "mete" && combination.count == 280)
        #expect(series(noise(150)).warmUp == 60 && series(noise(1_000)).warmUp == 300)
    }

    @Test func whatWasNotMeasuredIsNotScored() throws {
        var demands = noise(400).map(Optional.some)
        for index in stride(from: 200, to: 400, by: 10) { demands[index] = nil }
        #expect(try #require(SeriesEvaluation(series(demands), horizon: 1).scores.last).count == 260)
    }

    @Test(arguments: [1, 10])
    func noiseIsForecastAsWellAsItCanBe(horizon: Int) throws {
        let score = try #require(SeriesEvaluation(series(noise(3_000)), horizon: horizon).scores.last)
        // Of a normal distribution the mean distance from the median is 0.798, and the loss at 0.95 is 0.103 deviations.
        #expect(abs(score.mae - 0.798) < 0.05 && abs(score.pinballLoss95 - 0.103) < 0.012)
        #expect(abs(score.coverage95 - 0.95) < 0.015)
    }

    @Test(arguments: [1, 10])
    func theFutureChangesNoForecastOfThePast(horizon: Int) {
        let past = noise(300)
        let first = SeriesEvaluation(series(past + noise(50, seed: 2)), horizon: horizon).forecasts
        let second = SeriesEvaluation(series(past + noise(50, seed: 3).map { $0 + 20 }), horizon: horizon).forecasts
        // A forecast is filed under the tick that it is for.
        let isSame = first[..<(300 + horizon)] == second[..<(300 + horizon)]
        #expect(isSame && first[300 + horizon] != second[300 + horizon])
        #expect(first[..<horizon].allSatisfy { $0 == nil })
    }

    @Test func whatCannotBeScoredSaysWhy() {
        #expect(series(noise(100)).obstacle?.contains("100 values") == true)
        #expect(series([Double](repeating: 3, count: 500)).obstacle?.contains("constant") == true)
        #expect(series(noise(120)).obstacle == nil)
    }
}
