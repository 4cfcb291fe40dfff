/// Weights of experts by a power of their discounted loss: `w ∝ L⁻ᵖ`.
///
/// L is the sum of an expert's losses, discounted by `1 - 1 / memory` per tick. If demands were spread around an expert's quantile
/// by an asymmetric Laplace distribution of unknown width, whose likelihood pinball loss is (Yu and Moyeed, "Bayesian Quantile
/// Regression", 2001), its evidence after n of them would be L⁻ⁿ. Pinball losses of successive ticks are far from that many
/// independent ones, so p grows as the root of their discounted number S: the largest power of two up to `2 √S`, a
/// few squarings. The unit of the loss cancels, nothing is to be tuned, and an expert that is twice as bad is out of it.
struct LossPower: Sendable {
    typealias Lanes = SIMD16<Float>

    private(set) var weights: Lanes
    private var losses: Lanes
    private var samples: Float = 0
    private let discount: Float

    /// - Parameter experts: 1 in the lane of each expert, 0 elsewhere.
    init(experts: Lanes, memory: Float) {
        discount = 1 - 1 / memory
        weights = experts / experts.sum()
        losses = .zero
    }

    /// Takes in the losses of a tick: finite, none negative.
    ///
    /// - Parameter present: 1 in the lane of each expert, 0 elsewhere, as when it was made.
    mutating func observe(_ losses: Lanes, of present: Lanes) {
        self.losses = discount * self.losses + losses * present
        samples = discount * samples + 1
        var least = Float.infinity
        for lane in 0..<16 where present[lane] > 0 { least = min(least, self.losses[lane]) }
        // A floor on what is compared, so that experts without any loss are equals.
        let floor = least * 1e-6 + 1e-30
        var power = (least + floor) / (self.losses + floor + (1 - present) * least)
        // Squared once for each doubling of the exponent up to 2 √S.
        var exponent: Float = 2
        while exponent * exponent <= 4 * samples {
            power *= power
            exponent *= 2
        }
        let raised = power * present
        weights = raised * (1 / raised.total)
    }
}
