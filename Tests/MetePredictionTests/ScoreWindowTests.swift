import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

struct ScoreWindowTests {
    @Test func aScoreHoldsTheLossesAtBothLevels() {
        let forecast = Quantiles(median: 1, p90: 2, p95: 3, p99: 4)
        let short = Score(forecast, planningLevel: 0.99, demand: 5)
        // 0.95 · 2 = 1.9 at 0.95 and 0.99 · 1 at 0.99.
        #expect(abs(short.upper - 1.9) < 1e-12)
        #expect(abs(short.decisive - (1.9 + 0.99) / 2) < 1e-12)
        #expect(short.covered == 0)
        #expect(Score(forecast, planningLevel: 0.5, demand: 3).covered == 1)
    }

    @Test func meansAreThoseOfTheLatestScores() {
        var window = ScoreWindow()
        var losses: [Double] = []
        var generator = SplitMix64(seed: 31)
        for _ in 0..<1_500 {
            var score = Score()
            score.decisive = generator.uniform()
            window.insert(score)
            losses.append(score.decisive)
            for length in [1, 30, ScoreWindow.capacity] {
                let latest = losses.suffix(length)
                let mean = latest.reduce(0, +) / Double(latest.count)
                #expect(abs(window.loss(ofLatest: length) - mean) < 1e-12)
            }
        }
    }

    @Test func anEmptyWindowKnowsNothing() {
        #expect(ScoreWindow().calibration == .unknown)
        #expect(ScoreWindow().loss(ofLatest: 10) == 0)
    }
}
