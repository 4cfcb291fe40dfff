/// Recursive least squares with exponential forgetting, for 16 regressors.
///
/// Exact solution of the weighted least-squares problem, updated by one sample (Haykin, "Adaptive Filter Theory", ch. 10):
/// `g = P h`, `d = λ / ω + hᵀ g`, `w += g (y - wᵀ h) / d`, `P = (P - g gᵀ / d) / λ`, ω the sample's weight. Both products of a
/// symmetric pair are computed from the same operands in the same order, so P stays symmetric to the bit.
///
/// Two things make it safe to run for ever. A direction without excitation (a constant demand, an exact cycle) lets
/// forgetting inflate P without bound: when its trace exceeds a limit, P returns to its prior and the weights stay, so that
/// the directions that are excited go on forgetting. And when P stops being positive, or a number stops being finite or
/// sensible, the weights go as well.
///
/// Cost: 32 vector steps; 1.1 KiB.
struct RecursiveLeastSquares: Sendable {
    typealias Vector = SIMD16<Float>

    private(set) var weights = Vector.zero
    private(set) var covariance: InlineArray<16, Vector>
    /// How often the weights were lost to numbers that failed.
    private(set) var resets = 0
    private let forgetting: Float

    /// Variance of a weight before any sample, in units of the (normalised) regressors.
    private static let priorVariance: Float = 10
    private static let traceLimit: Float = 1e5
    private static let weightLimit: Float = 1e3

    init(forgetting: Float) {
        self.forgetting = forgetting
        covariance = InlineArray(repeating: .zero)
        removeAll()
    }

    func predict(_ regressors: Vector) -> Float {
        (weights * regressors).total
    }

    /// Learns that `regressors` came with `response`.
    ///
    /// - Parameter weight: of the sample beside others; positive.
    mutating func learn(_ regressors: Vector, _ response: Float, weight: Float = 1) {
        var gain = Vector.zero
        var trace: Float = 0
        for row in 0..<16 {
            // P is symmetric: its rows are its columns.
            gain += covariance[row] * regressors[row]
            trace += covariance[row][row]
        }
        let spread = (regressors * gain).total
        let denominator = forgetting / weight + spread
        weights += gain * ((response - predict(regressors)) / denominator)

        let magnitude = (weights * weights).total
        guard spread >= 0, denominator.isFinite, magnitude < Self.weightLimit * Self.weightLimit else {
            removeAll()
            resets += 1
            return
        }
        guard trace < Self.traceLimit else { return resetCovariance() }

        let shrink = 1 / denominator
        let growth = 1 / forgetting
        for row in 0..<16 {
            covariance[row] = (covariance[row] - (gain * gain[row]) * shrink) * growth
        }
    }

    /// Forgets what it learnt: back to the prior.
    mutating func removeAll() {
        weights = .zero
        resetCovariance()
    }

    private mutating func resetCovariance() {
        for row in 0..<16 {
            covariance[row] = .zero
            covariance[row][row] = Self.priorVariance
        }
    }
}
