import SeededRandom
import Testing

@testable import MetePrediction

struct PeriodFinderTests {
    /// The summary after `count` demands.
    private func summary(_ count: Int, _ demand: (Int) -> Double) -> DemandSummary {
        var summary = DemandSummary()
        for index in 0..<count { summary.observe(Float(demand(index))) }
        return summary
    }

    @Test(arguments: [5, 12, 60, 288])
    func findsThePeriodUnderNoise(period: Int) {
        var generator = SplitMix64(seed: 5)
        let summary = summary(4 * period + 64) { index in
            // A burst in a sixth of the period.
            (index % period < max(1, period / 6) ? 5 : 1) + 0.2 * generator.uniform()
        }
        #expect(summary.period == period)
    }

    @Test func theSeasonalDemandIsThatOfWholePeriodsBefore() {
        let summary = summary(400) { Double($0 % 12) }
        // 399 mod 12 is 3: the next tick is of phase 4, the tenth of phase 1, the hundredth of phase 7.
        #expect(summary.period == 12)
        #expect(summary.seasonal(horizon: 1) == 4)
        #expect(summary.seasonal(horizon: 10) == 1)
        #expect(summary.seasonal(horizon: 100) == 7)
        #expect(summary.samePhase == 3)
    }

    @Test func aConstantHasNoPeriodAndItsSeasonIsItself() {
        let summary = summary(600) { _ in 2 }
        #expect(summary.seasonal(horizon: 10) == 2)
    }
}
