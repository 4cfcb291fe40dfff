/// What the experts of every horizon know of the demands so far: recent values, levels, peaks, volatility, scale and period.
///
/// Smoothed level: `level += α (y - level)` (Brown, "Statistical Forecasting for Inventory Control", 1959), α no less than one over the
/// demands seen, so that the first does not weigh for ever. Decayed peak: follows demand up at once, and its excess
/// over the demand shrinks by a constant factor per tick. Volatility: the smoothed size of the changes from tick to tick.
struct DemandSummary: Sendable {
    private(set) var history = DemandHistory()
    private(set) var slowLevel: Float = 0
    private(set) var fastLevel: Float = 0
    private(set) var fastPeak: Float = 0
    private(set) var slowPeak: Float = 0
    private(set) var volatility: Float = 0
    private(set) var scale = RunningScale(memory: 500)
    private var periods = PeriodFinder()
    /// Demands since the last that was not measured, at most 16.
    private(set) var measuredInARow = 0
    private var seen: Float = 0

    private static let slowSmoothing: Float = 0.05
    private static let fastSmoothing: Float = 0.2
    private static let fastRetention: Float = 0.8
    private static let slowRetention: Float = 0.95

    var mean: Float { Float(scale.mean) }
    /// Positive.
    var deviation: Float { Float(scale.deviation) }

    /// Takes in the demand of a tick.
    mutating func observe(_ demand: Float) {
        let change = seen > 0 ? abs(demand - history.demand(0)) : 0
        if seen == 0 {
            (slowLevel, fastLevel, fastPeak, slowPeak) = (demand, demand, demand, demand)
        }
        seen += 1
        slowLevel += max(Self.slowSmoothing, 1 / seen) * (demand - slowLevel)
        fastLevel += max(Self.fastSmoothing, 1 / seen) * (demand - fastLevel)
        fastPeak = max(demand, demand + Self.fastRetention * (fastPeak - demand))
        slowPeak = max(demand, demand + Self.slowRetention * (slowPeak - demand))
        volatility += Self.fastSmoothing * (change - volatility)
        scale.observe(Double(demand))
        history.push(demand)
        measuredInARow = min(measuredInARow + 1, 16)
        periods.observe(history, mean: mean, deviation: deviation)
    }

    /// A tick has passed whose demand is not known: the last stands for it.
    mutating func skip() {
        guard seen > 0 else { return }
        history.push(history.demand(0))
        measuredInARow = 0
    }

    /// The demand one or more whole periods before the tick `horizon` ticks ahead; the last demand while there is no period.
    func seasonal(horizon: Int) -> Float {
        guard let period = periods.period else { return history.demand(0) }
        let cycles = (horizon + period - 1) / period
        return history.demand(cycles * period - horizon)
    }

    /// The demand of one period before the latest.
    var samePhase: Float { periods.period.map { history.demand($0) } ?? history.demand(0) }
    var period: Int? { periods.period }

    /// A demand less the mean, in deviations, held within 50 so that one outlier cannot overturn a model.
    func normalised(_ demand: Float) -> Float { min(max((demand - mean) / deviation, -50), 50) }
    func normalised(_ demands: SIMD16<Float>) -> SIMD16<Float> {
        ((demands - mean) * (1 / deviation)).held(within: 50)
    }
    /// What `normalised` was made of, not negative.
    func denormalised(_ value: Float) -> Float { max(0, mean + deviation * min(max(value, -50), 50)) }

    /// The state that past forecasts are compared with the present one by, for a forecast of `point`.
    func state(expecting point: Float) -> SIMD4<Float> {
        SIMD4(normalised(point), normalised(history.demand(0)), 1.5 * min(volatility / deviation, 50), 0)
    }
}
