import SeededRandom
import Testing

@testable import MetePrediction

/// Bounds cover what they promise whatever the model says and whatever comes.
struct ConformalCorrectionTests {
    /// What a model may say of demands, all of it wrong.
    enum Model: CaseIterable {
        case alwaysZero, farTooHigh, lastValue, noise, alternating
    }

    enum Series: CaseIterable {
        case noise, randomWalk, levelShifts, trend, bursts
    }

    private func demands(_ series: Series, _ count: Int) -> [Float] {
        var generator = SplitMix64(seed: 9)
        var level: Float = 50
        return (0..<count).map { index in
            let noise = Float(generator.normal())
            switch series {
            case .noise: return max(0, 10 + noise)
            case .randomWalk:
                level = max(0, level + noise)
                return level
            case .levelShifts: return max(0, ((index / 250).isMultiple(of: 2) ? 10 : 20) + noise)
            case .trend: return max(0, 0.01 * Float(index) + noise)
            case .bursts: return generator.uniform() < 0.2 ? 5 * Float(generator.uniform()) : 0.1 * abs(noise)
            }
        }
    }

    @Test(arguments: Model.allCases, Series.allCases)
    func coverageIsThatOfTheLevel(model: Model, series: Series) {
        var correction = ConformalCorrection(horizon: 1)
        let demands = demands(series, 10_000)
        var generator = SplitMix64(seed: 10)
        var covered: [Int] = []
        for index in 1..<demands.count {
            let said: Float =
                switch model {
                case .alwaysZero: 0
                case .farTooHigh: 100
                case .lastValue: demands[index - 1]
                case .noise: 20 * Float(generator.uniform())
                case .alternating: index.isMultiple(of: 2) ? 5 : 15
                }
            let quantiles = SIMD4(said, said, said, said)
            let bounds = correction.bounds(quantiles)
            covered.append(demands[index] <= bounds[2] ? 1 : 0)
            correction.observe(demands[index], quantiles: quantiles, bounds: bounds)
        }
        let late = covered.suffix(5_000)
        let coverage = Double(late.reduce(0, +)) / Double(late.count)
        #expect(coverage > 0.93 && coverage < 0.99, "\(model) on \(series): \(coverage)")
    }

    @Test func aMissRaisesTheBoundAndAHitLowersItLess() {
        var correction = ConformalCorrection(horizon: 1)
        let quantiles = SIMD4<Float>(1, 1, 1, 1)
        correction.observe(2, quantiles: quantiles, bounds: correction.bounds(quantiles))
        // The step of 0.015 by 0.95 up, then by 0.05 down; the median stays.
        #expect(abs(correction.shifts[2] - 0.01425) < 1e-6 && correction.shifts[0] == 0)
        correction.observe(0, quantiles: quantiles, bounds: correction.bounds(quantiles))
        #expect(abs(correction.shifts[2] - 0.0135) < 1e-6)
    }

    @Test func boundsDoNotCrossAndAreNotNegative() {
        var correction = ConformalCorrection(horizon: 1)
        let quantiles = SIMD4<Float>(0, 0.1, 0.2, 0.3)
        for _ in 0..<2_000 {
            let bounds = correction.bounds(quantiles)
            #expect(bounds[0] >= 0 && bounds[1] >= bounds[0] && bounds[2] >= bounds[1] && bounds[3] >= bounds[2])
            correction.observe(0, quantiles: quantiles, bounds: bounds)
        }
    }
}
