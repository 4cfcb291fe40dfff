/// Weights of experts that follow the best of them even when that changes: fixed share (Herbster and Warmuth, "Tracking the Best
/// Expert", 1998) with linear updates (Cesa-Bianchi, Mansour and Stoltz, "Improved Second-Order Bounds for Prediction with
/// Expert Advice", 2007).
///
/// After each outcome `w ← w (1 - η(t) ℓ)`, normalised to 1, and then every expert gets `α / K` of it all. The rate
/// `η(t) = min(η / s(t), 1 / (2 max ℓ))` makes it indifferent to the unit of the loss: s is the running mean of the mixture's own.
///
/// Regret: a prediction mixed with these weights, under a loss that is convex as pinball loss is, satisfies for any outcomes
/// and any sequence of experts i(1), …, i(T) with m changes
///
///     Σ η(t) (ℓ(mixture, t) - ℓ(i(t), t)) ≤ ln K + m ln(K / α) + (T - 1 - m) ln(1 / (1 - α)) + Σ η(t)² ℓ(i(t), t)²
///
/// from `ln Σ w (1 - ηℓ) ≤ -η ℓ(mixture)` on the one side and `ln(1 - x) ≥ -x - x²` for x ≤ ½ on the other. `bound` is the
/// right-hand side. It holds for feedback that comes at once; at horizon h the weights in use are h ticks old.
///
/// At most 16 experts, a lane each.
struct FixedShare: Sendable {
    typealias Lanes = SIMD16<Float>

    private(set) var weights: Lanes
    /// 1 in the lane of each expert, 0 elsewhere.
    let present: Lanes
    /// η(t) of the last update.
    private(set) var rate: Float = 0
    private let experts: Float
    private var meanLoss: Float = 0
    private var seen: Float = 0

    /// Rate relative to the mean loss.
    static let relativeRate: Float = 0.1
    /// Ticks that the mean loss looks back on.
    private static let memory: Float = 100
    /// Losses up to this are none: the reciprocal of less is not finite.
    private static let nothing: Float = 1e-30

    let share: Float

    /// - Parameters:
    ///   - experts: 1 in the lane of each expert, 0 elsewhere.
    ///   - share: α, about one over the ticks that a regime lasts.
    init(experts: Lanes, share: Float) {
        present = experts
        self.experts = experts.sum()
        self.share = share
        weights = experts / experts.sum()
    }

    /// Takes in the losses of a tick: finite, none negative; lanes without an expert are not looked at.
    mutating func observe(_ losses: Lanes, relativeRate: Float = Self.relativeRate) {
        let losses = losses * present
        let mixed = (weights * losses).total
        let largest = losses.largest
        let wanted = meanLoss > 0 ? relativeRate / meanLoss : .infinity
        // A little less than half, for the rounding of the largest.
        rate = largest > Self.nothing ? min(wanted, 0.4999 / largest) : 0
        weights = weights * (1 - rate * losses)
        weights = (1 - share) / weights.total * weights + share / experts * present
        seen = min(seen + 1, Self.memory)
        meanLoss += (mixed - meanLoss) / seen
    }

    /// The right-hand side of the regret bound, without its last sum.
    ///
    /// - Parameters:
    ///   - ticks: T.
    ///   - changes: m.
    func bound(ticks: Int, changes: Int) -> Double {
        let (experts, share) = (Double(experts), Double(share))
        return Logarithm.natural(experts) + Double(changes) * Logarithm.natural(experts / share)
            - Double(ticks - 1 - changes) * Logarithm.natural(1 - share)
    }
}
