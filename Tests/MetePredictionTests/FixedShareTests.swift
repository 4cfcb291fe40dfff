import SeededRandom
import Testing

@testable import MetePrediction

struct FixedShareTests {
    private static let experts: SIMD16<Float> = {
        var experts = SIMD16<Float>.zero
        for lane in 0..<8 { experts[lane] = 1 }
        return experts
    }()

    private enum Losses: CaseIterable {
        /// One expert is best, and which one changes every 200 ticks.
        case regimes
        /// Noise with rare outliers a thousand times as large.
        case heavyTails
        /// What weighs most loses most.
        case adversarial
        /// The unit grows a thousandfold in the course.
        case growing

        func losses(at tick: Int, _ weights: SIMD16<Float>, _ generator: inout SplitMix64) -> SIMD16<Float> {
            var losses = SIMD16<Float>.zero
            for lane in 0..<8 {
                let noise = Float(generator.uniform())
                switch self {
                case .regimes: losses[lane] = noise * (lane == (tick / 200) % 8 ? 0.1 : 1)
                case .heavyTails: losses[lane] = generator.uniform() < 0.01 ? 1_000 * noise : noise
                case .adversarial: losses[lane] = weights[lane] == weights.max() ? 1 : 0.2 * noise
                case .growing: losses[lane] = noise * Float(1 + tick) * (lane == 3 ? 0.5 : 1)
                }
            }
            return losses
        }
    }

    @Test(arguments: Losses.allCases.indices)
    func regretAgainstAnySequenceOfExpertsIsWithinItsBound(index: Int) {
        let losses = Losses.allCases[index]
        var generator = SplitMix64(seed: 6)
        var share = FixedShare(experts: Self.experts, share: 0.01)
        let ticks = 2_000
        // The best expert of each block in hindsight, for sequences with no, few and many changes.
        var history: [(rate: Double, mixed: Double, losses: [Double])] = []
        for tick in 0..<ticks {
            let weights = share.weights
            let now = losses.losses(at: tick, weights, &generator)
            share.observe(now)
            let mixed = (0..<8).reduce(0.0) { $0 + Double(weights[$1]) * Double(now[$1]) }
            history.append((Double(share.rate), mixed, (0..<8).map { Double(now[$0]) }))
        }
        for block in [ticks, 500, 200, 50] {
            var regret = 0.0
            var second = 0.0
            var changes = 0
            var previous: Int?
            for start in stride(from: 0, to: ticks, by: block) {
                let part = history[start..<start + block]
                let totals = (0..<8).map { expert in part.reduce(0.0) { $0 + $1.rate * $1.losses[expert] } }
                let best = totals.indices.min { totals[$0] < totals[$1] } ?? 0
                if let previous, previous != best { changes += 1 }
                previous = best
                regret += part.reduce(0.0) { $0 + $1.rate * ($1.mixed - $1.losses[best]) }
                second += part.reduce(0.0) { $0 + $1.rate * $1.losses[best] * $1.rate * $1.losses[best] }
            }
            let bound = share.bound(ticks: ticks, changes: changes) + second
            #expect(regret <= bound + 1e-3, "\(losses), blocks of \(block): \(regret) of \(bound)")
        }
    }

    @Test func theBoundIsTheFormula() {
        let share = FixedShare(experts: Self.experts, share: 0.01)
        // ln 8 + 2 ln 800 + 97 · 0.01005.
        #expect(abs(share.bound(ticks: 100, changes: 2) - (2.0794 + 2 * 6.6846 + 97 * 0.0100503)) < 1e-3)
    }

    @Test func followsAChangeOfRegime() {
        var share = FixedShare(experts: Self.experts, share: 0.01)
        var good = SIMD16<Float>(repeating: 1)
        good[2] = 0.1
        for _ in 0..<500 { share.observe(good) }
        #expect(share.weights[2] > 0.9)
        good[2] = 1
        good[5] = 0.1
        for _ in 0..<100 { share.observe(good) }
        #expect(share.weights[5] > 0.8)
    }

    @Test func theUnitOfTheLossDoesNotMatter() {
        var generator = SplitMix64(seed: 7)
        var shares = ([1, 1_024, 1 / 1_048_576] as [Float]).map {
            (unit: $0, share: FixedShare(experts: Self.experts, share: 0.01))
        }
        for tick in 0..<300 {
            let losses = Losses.regimes.losses(at: tick, .zero, &generator)
            for index in shares.indices { shares[index].share.observe(losses * shares[index].unit) }
        }
        #expect(shares.allSatisfy { $0.share.weights == shares[0].share.weights })
    }

    @Test func weightsSumToOneAndAbsentExpertsHaveNone() {
        var share = FixedShare(experts: Self.experts, share: 0.01)
        for tick in 0..<1_000 {
            share.observe(SIMD16(repeating: tick.isMultiple(of: 7) ? 0 : 3))
            #expect(abs(share.weights.sum() - 1) < 1e-4 && share.weights[12] == 0)
        }
    }
}
