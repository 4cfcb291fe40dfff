internal import MeteModel

/// How the forecasts of one horizon did lately: their confidence.
///
/// Coverage is of the last 256 forecasts exactly; loss and width are means with a memory as long.
struct ForecastRecord: Sendable {
    static let capacity = 256

    /// A bit for each of the last forecasts, set where the demand was within the 0.95 quantile.
    private var isCovered = SIMD8<UInt32>.zero
    private var covered = 0
    private var next = 0
    private(set) var samples = 0
    private var loss: Float = 0
    private var width: Float = 0

    /// Takes in what came of bounds at `Quantiles.levels`.
    mutating func insert(bounds: SIMD4<Float>, demand: Float) {
        let (word, bit) = (next / 32, UInt32(1) << UInt32(next % 32))
        if isCovered[word] & bit != 0 { covered -= 1 }
        if demand <= bounds[2] {
            isCovered[word] |= bit
            covered += 1
        } else {
            isCovered[word] &= ~bit
        }
        next = (next + 1) % Self.capacity
        samples = min(samples + 1, Self.capacity)
        let shortfall = demand - bounds[2]
        loss += (max(0.95 * shortfall, -0.05 * shortfall) - loss) / Float(samples)
        width += (bounds[2] - bounds[0] - width) / Float(samples)
    }

    /// - Parameter unit: of the demands, in the resource's measure.
    func calibration(unit: Double) -> Calibration {
        guard samples > 0 else { return .unknown }
        return Calibration(
            coverage: Double(covered) / Double(samples), pinballLoss: Double(loss) * unit, width: Double(width) * unit,
            samples: samples)
    }
}
