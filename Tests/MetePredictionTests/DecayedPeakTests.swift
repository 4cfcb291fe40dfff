import MeteModel
import Testing

@testable import MetePrediction

struct DecayedPeakTests {
    @Test func forecastsFromTheVeryFirstSample() {
        var predictor = DecayedPeak(horizon: 1)
        #expect(predictor.forecast() == nil)
        predictor.observe(2)
        // The sample itself, and a quarter of headroom above it.
        #expect(predictor.forecast() == Quantiles(median: 2, p90: 2.5, p95: 2.5, p99: 2.5))
    }

    @Test func peakRisesAtOnceAndDecaysByAFifthPerTick() throws {
        var predictor = DecayedPeak(horizon: 10)
        // No forecast is due yet, so every bound is 1.25 times the peak.
        for (demand, peak) in [(1.0, 1.0), (6, 6), (1, 5), (1, 4.2), (1, 3.56), (8, 8)] {
            predictor.observe(demand)
            let forecast = try #require(predictor.forecast())
            #expect(abs(forecast.p99 - 1.25 * peak) < 1e-12)
        }
    }

    @Test func medianIsTheSmoothedLevel() throws {
        var predictor = DecayedPeak(horizon: 1)
        for demand in [4.0, 0, 4] { predictor.observe(demand) }
        let forecast = try #require(predictor.forecast())
        #expect(forecast.median == 3)
    }

    @Test func aSteadyDemandNeedsNoHeadroomInTheEnd() {
        var predictor = DecayedPeak(horizon: 1)
        for _ in 0..<200 { predictor.observe(3) }
        #expect(predictor.forecast() == Quantiles(point: 3))
    }

    @Test func coversALevelShiftOneTickLater() throws {
        var predictor = DecayedPeak(horizon: 1)
        for _ in 0..<200 { predictor.observe(1) }
        predictor.observe(5)
        let forecast = try #require(predictor.forecast())
        #expect(forecast.p90 >= 5)
    }

    @Test func aGapChangesNothing() {
        var predictor = DecayedPeak(horizon: 1)
        for demand in [1.0, 4, 2] { predictor.observe(demand) }
        let before = predictor.forecast()
        for _ in 0..<100 { predictor.skip() }
        #expect(predictor.forecast() == before)
    }
}
