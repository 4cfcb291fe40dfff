/// Mixes the experts' quantiles at one level by how well each did lately.
///
/// Three opinions on the weights (the power of the loss over a long and over a short memory, and fixed share) each mix
/// all experts, and fixed share weighs the three mixtures. So the regret against any sequence of experts is at most the sum of
/// two bounds of `FixedShare`: of the third opinion against the sequence, and of the whole against the third opinion.
struct QuantileCombination: Sendable {
    typealias Lanes = SIMD16<Float>

    /// Of each expert in the next mixture; sums to 1.
    private(set) var weights: Lanes
    private var long: LossPower
    private var short: LossPower
    private var tracking: FixedShare
    private var opinions = FixedShare(experts: Self.threeLanes, share: 0.005)
    private let level: Float

    private static let longMemory: Float = 1_000
    private static let shortMemory: Float = 100
    private static let opinionRate: Float = 0.2
    private static let threeLanes = {
        var lanes = Lanes.zero
        for lane in 0..<3 { lanes[lane] = 1 }
        return lanes
    }()

    /// - Parameters:
    ///   - level: of the quantile, between 0 and 1.
    ///   - experts: 1 in the lane of each expert, 0 elsewhere.
    init(level: Float, experts: Lanes) {
        self.level = level
        long = LossPower(experts: experts, memory: Self.longMemory)
        short = LossPower(experts: experts, memory: Self.shortMemory)
        tracking = FixedShare(experts: experts, share: 0.002)
        weights = experts / experts.sum()
    }

    /// The mixture of the experts' quantiles.
    func mix(_ quantiles: Lanes) -> Float { (weights * quantiles).total }

    /// Learns what came of quantiles that the experts gave.
    ///
    /// - Parameter quantiles: finite in every lane.
    mutating func observe(_ quantiles: Lanes, demand: Float) {
        var mixtures = Lanes.zero
        mixtures[0] = (long.weights * quantiles).total
        mixtures[1] = (short.weights * quantiles).total
        mixtures[2] = (tracking.weights * quantiles).total
        opinions.observe(Lanes.pinballLosses(of: mixtures, at: level, for: demand), relativeRate: Self.opinionRate)

        let losses = Lanes.pinballLosses(of: quantiles, at: level, for: demand)
        long.observe(losses, of: tracking.present)
        short.observe(losses, of: tracking.present)
        tracking.observe(losses)
        let shares = opinions.weights
        weights = shares[0] * long.weights + shares[1] * short.weights + shares[2] * tracking.weights
    }
}
