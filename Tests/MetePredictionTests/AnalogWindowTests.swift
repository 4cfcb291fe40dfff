import SeededRandom
import Testing

@testable import MetePrediction

struct AnalogWindowTests {
    private func errors(_ values: Float...) -> SIMD16<Float> {
        var errors = SIMD16<Float>.zero
        for (lane, value) in values.enumerated() { errors[lane] = value }
        return errors
    }

    @Test func plainQuantilesAreInterpolatedRanks() {
        var window = AnalogWindow(capacity: 128, predictions: 1)
        for error in 1...99 { window.insert(errors(Float(error)), state: .zero) }
        // 100 q of 99 residuals: the 50th, the 90th, the 95th and the 99th.
        #expect(window.plain(0) == SIMD4(50, 90, 95, 99))
    }

    @Test func keepsExactlyTheLatestOfEachPrediction() {
        var generator = SplitMix64(seed: 2)
        var window = AnalogWindow(capacity: 20, predictions: 2)
        var all: [(Float, Float)] = []
        for _ in 0..<500 {
            // Few distinct values, so that equal residuals come and go.
            let pair = (Float((generator.normal() * 2).rounded()), Float(generator.uniform()))
            window.insert(errors(pair.0, pair.1), state: .zero)
            all.append(pair)
            let first = all.suffix(20).map(\.0).sorted()
            let second = all.suffix(20).map(\.1).sorted()
            // Above the last rank, the largest.
            #expect(window.plain(0)[3] == first.last && window.plain(1)[3] == second.last)
            let rank = 0.5 * Float(first.count + 1) - 1
            let (low, high) = (first[Int(max(0, rank))], first[min(first.count - 1, Int(max(0, rank)) + 1)])
            #expect(window.plain(0)[0] >= low && window.plain(0)[0] <= high)
        }
    }

    @Test func equalStatesMakeTheAnalogThePlainDistribution() {
        var generator = SplitMix64(seed: 3)
        var window = AnalogWindow(capacity: 128, predictions: 1)
        for _ in 0..<128 { window.insert(errors(Float(generator.uniform())), state: SIMD4(1, 2, 3, 0)) }
        window.compare(with: SIMD4(1, 2, 3, 0))
        let (plain, analog) = (window.plain(0), window.analog(0))
        for level in 0..<4 { #expect(abs(plain[level] - analog[level]) < 0.03, "level \(level)") }
    }

    @Test func residualsOfLikeStatesCount() {
        // Volatile in one state, calm in the other.
        var generator = SplitMix64(seed: 4)
        var window = AnalogWindow(capacity: 128, predictions: 1)
        let calm = SIMD4<Float>(0, 0, 0, 0)
        let volatile = SIMD4<Float>(0, 0, 20, 0)
        for index in 0..<128 {
            let isCalm = index.isMultiple(of: 2)
            window.insert(
                errors(Float(generator.normal()) * (isCalm ? 0.1 : 10)), state: isCalm ? calm : volatile)
        }
        window.compare(with: calm)
        #expect(window.analog(0)[2] < 0.5)
        window.compare(with: volatile)
        #expect(window.analog(0)[2] > 5)
    }

    @Test func analogQuantilesAreThoseOfTheWeightedSample() {
        // Weights 1 and 1/4 at distances 0 and 1: half of 1.25 is within the first residual, 0.95 of it within the second.
        var window = AnalogWindow(capacity: 8, predictions: 1)
        window.insert(errors(1), state: .zero)
        window.insert(errors(2), state: SIMD4(1, 0, 0, 0))
        window.compare(with: .zero)
        let quantiles = window.analog(0)
        #expect(quantiles[0] == 1)
        // (0.95 · 1.25 - 1) / 0.25 = 0.75 of the way.
        #expect(abs(quantiles[2] - 1.75) < 1e-5)
    }

    @Test func knowsNothingWhenEmpty() {
        var window = AnalogWindow(capacity: 8, predictions: 1)
        window.compare(with: .zero)
        #expect(window.plain(0) == .zero && window.analog(0) == .zero)
    }
}
