import SeededRandom
import Testing

@testable import MetePrediction

struct QuantileCombinationTests {
    private static let experts: SIMD16<Float> = {
        var experts = SIMD16<Float>.zero
        for lane in 0..<6 { experts[lane] = 1 }
        return experts
    }()

    /// The mean pinball losses of the mixture and of each expert, of demands around a level that the experts guess differently.
    private func losses(_ ticks: Int, best: (Int) -> Int, scale: Float = 1) -> (mixture: Float, experts: [Float]) {
        var combination = QuantileCombination(level: 0.95, experts: Self.experts)
        var generator = SplitMix64(seed: 8)
        var mixture: Float = 0
        var experts = [Float](repeating: 0, count: 6)
        func loss(_ bound: Float, _ demand: Float) -> Float {
            max(0.95 * (demand - bound), -0.05 * (demand - bound))
        }
        for tick in 0..<ticks {
            // Uniform in 0 … 1: the best says 0.95, the others more and less.
            let demand = Float(generator.uniform()) * scale
            var quantiles = SIMD16<Float>.zero
            for lane in 0..<6 {
                quantiles[lane] = (lane == best(tick) ? 0.95 : lane.isMultiple(of: 2) ? 3 : 0.3) * scale
            }
            let mixed = combination.mix(quantiles)
            mixture += loss(mixed, demand) / Float(ticks)
            for lane in 0..<6 { experts[lane] += loss(quantiles[lane], demand) / Float(ticks) }
            combination.observe(quantiles, demand: demand)
        }
        return (mixture, experts)
    }

    @Test func isNearlyAsGoodAsTheBestExpert() throws {
        let (mixture, experts) = losses(2_000) { _ in 4 }
        let best = try #require(experts.min())
        #expect(best == experts[4] && mixture < 1.1 * best, "\(mixture) against \(best)")
    }

    @Test func isBetterThanAnyExpertWhereTheBestOneChanges() throws {
        let (mixture, experts) = losses(4_000) { $0 / 1_000 }
        #expect(mixture < 0.6 * (try #require(experts.min())))
    }

    @Test func theUnitDoesNotMatter() {
        let (one, _) = losses(1_000) { $0 / 300 }
        let (large, _) = losses(1_000, best: { $0 / 300 }, scale: 1_048_576)
        #expect(abs(large / 1_048_576 - one) < 1e-4 * one)
    }

    @Test func demandsOfNothingLeaveTheWeightsNumbers() {
        // Lanes without an expert would have been right all the time.
        var combination = QuantileCombination(level: 0.95, experts: Self.experts)
        for _ in 0..<500 { combination.observe(Self.experts * 3, demand: 0) }
        #expect(abs(combination.weights.sum() - 1) < 1e-4 && combination.weights[10] == 0)
    }

    @Test func expertsWithoutAnyLossAreEqualsAndWeightsSumToOne() {
        var combination = QuantileCombination(level: 0.5, experts: Self.experts)
        for _ in 0..<500 {
            combination.observe(SIMD16(repeating: 2), demand: 2)
            #expect(abs(combination.weights.sum() - 1) < 1e-4)
        }
        for lane in 0..<6 { #expect(abs(combination.weights[lane] - 1 / 6) < 1e-3) }
    }
}
