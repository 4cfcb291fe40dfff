/// Shifts the upper quantiles of a forecast so that each covers the share of demands that it promises, whatever made them.
///
/// Adaptive conformal inference (Gibbs and Candès, "Adaptive Conformal Inference Under Distribution Shift", 2021) as a
/// tracker of the bound itself (Angelopoulos, Candès and Tibshirani, "Conformal PID Control for Time Series Prediction", 2023):
/// the bound at level q is `quantile + θ s`, and after each demand `θ ← θ + γ (1[demand > bound] - (1 - q))`. s is the smoothed
/// distance of demands from the quantile, which makes θ and γ independent of the unit.
///
/// Coverage: summed over any N ticks, `|misses - (1 - q) N| = |Δθ| / γ`. A θ that stays in an interval of width D, as it does once
/// the bound is further off than any demand, therefore covers q to within `D / (γ N)`. Where misses lately were several times
/// as many as promised, each raises θ by as much more: coverage is then above q by less than that, and never below it for
/// it. θ has a floor, so that a demand that always is its own bound cannot wind it down; there coverage is above q.
///
/// The median is not shifted.
struct ConformalCorrection: Sendable {
    private(set) var shifts = SIMD4<Float>.zero
    private var distances = SIMD4<Float>.zero
    private var missRates = Self.misses
    private var seen: Float = 0
    private let step: Float
    /// Multiple of the promised share of misses above which shifts hasten: misses further ahead come in runs.
    private let tolerated: Float

    private static let misses = SIMD4<Float>(0.5, 0.1, 0.05, 0.01)
    private static let lowest: Float = -2
    /// Ticks that the distance looks back on.
    private static let memory: Float = 50

    /// - Parameter horizon: ticks ahead; feedback that comes later is followed in smaller steps.
    init(horizon: Int) {
        tolerated = horizon == 1 ? 2 : 4
        step = horizon == 1 ? 0.015 : horizon <= 10 ? 0.0125 : 0.01
    }

    /// The bounds, in ascending order and not negative, of quantiles in ascending order.
    func bounds(_ quantiles: SIMD4<Float>) -> SIMD4<Float> {
        var bounds = (quantiles + shifts * distances).nonNegative
        for level in 2..<4 { bounds[level] = max(bounds[level], bounds[level - 1]) }
        // The upper bounds are what coverage is promised for: a median above them gives way.
        bounds[0] = min(bounds[0], bounds[1])
        return bounds
    }

    /// Learns that `demand` came where these quantiles and bounds had been issued.
    mutating func observe(_ demand: Float, quantiles: SIMD4<Float>, bounds: SIMD4<Float>) {
        seen = min(seen + 1, Self.memory)
        let distance = SIMD4<Float>(repeating: demand) - quantiles
        distances += (distance.magnitudes - distances) / seen
        for level in 1..<4 {
            let missed: Float = demand > bounds[level] ? 1 : 0
            let promised = Self.misses[level]
            missRates[level] += (missed - missRates[level]) / Self.memory
            let haste = max(1, missRates[level] / (tolerated * promised))
            shifts[level] = max(Self.lowest, shifts[level] + step * (haste * missed - promised))
        }
    }
}
