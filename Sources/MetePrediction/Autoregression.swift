package import MeteModel

/// An online autoregressive model of demand, with quantiles from its own recent residuals.
///
/// The demand `horizon` ticks ahead is a linear function of the last 15 demands, whose coefficients recursive least squares
/// with forgetting keeps up to date; demands are centred and scaled by running estimates first. For horizons beyond one
/// tick the model is *direct* (it regresses the demand `horizon` ticks later) rather than iterated: it costs the same at
/// every horizon, a wrong model order does not compound, and its residuals are those of that horizon by construction.
///
/// A gap is filled with the last demand. Nothing is learnt from a regression with a filled lag in it, and nothing is
/// forecast while more than a few lags are filled.
///
/// Cost: about a microsecond per tick; 6 KiB at horizon 1 and 200 bytes for each tick more.
package struct Autoregression: Predictor {
    package static let source = ForecastSource.autoregressive

    static let order = 15
    /// Residuals that must be known before it forecasts: enough for a rank at 0.95.
    static let leastResiduals = 20
    /// Filled lags above which it is silent.
    static let mostFilled = 3
    /// Normalised values are held within this, so that one outlier cannot overturn the model.
    private static let reach = 50.0
    private static let allMeasured: UInt16 = (1 << order) - 1

    /// A regression whose response is still to come.
    private struct Regression: Sendable {
        var lags: SIMD16<Double>
        var measured: UInt16
        var point: Double?
    }

    private var model: RecursiveLeastSquares
    private var scale: RunningScale
    private var residuals = ResidualWindow()
    private var issued: DueQueue<Regression>
    /// The last demands, the latest first; the last lane is not used.
    private var lags = SIMD16<Double>.zero
    /// Bit i: lag i was measured, not filled.
    private var measured: UInt16 = 0
    private var learnt = 0
    /// Prediction from the current lags.
    private var point: Double?

    package init(horizon: Int) {
        self.init(horizon: horizon, forgetting: 0.999, scaleMemory: 500)
    }

    init(horizon: Int, forgetting: Double, scaleMemory: Double) {
        model = RecursiveLeastSquares(forgetting: forgetting)
        scale = RunningScale(memory: scaleMemory)
        issued = DueQueue(horizon: horizon)
    }

    package mutating func observe(_ demand: Double) {
        scale.observe(demand)
        guard scale.deviation.isFinite else { return startAgain() }
        if let regression = issued.due {
            if let point = regression.point { residuals.insert(demand - point) }
            if regression.measured == Self.allMeasured {
                model.learn(regressors(regression.lags), normalised(demand))
                learnt += 1
            }
        }
        push(demand, measured: true)
    }

    package mutating func skip() {
        push(lags[0], measured: false)
    }

    package func forecast() -> Quantiles? {
        guard let point, residuals.count >= Self.leastResiduals else { return nil }
        return residuals.quantiles(around: point)
    }

    /// Forgets everything: a demand was too large to be squared.
    private mutating func startAgain() {
        scale.removeAll()
        model.removeAll()
        residuals.removeAll()
        issued.removeAll()
        measured = 0
        learnt = 0
        point = nil
    }

    private mutating func push(_ demand: Double, measured isMeasured: Bool) {
        for lane in stride(from: Self.order - 1, to: 0, by: -1) { lags[lane] = lags[lane - 1] }
        lags[0] = demand
        measured = (measured << 1 | (isMeasured ? 1 : 0)) & Self.allMeasured
        point = predict()
        issued.advance(issuing: Regression(lags: lags, measured: measured, point: point))
    }

    private func predict() -> Double? {
        guard learnt >= Self.order, Self.order - measured.nonzeroBitCount <= Self.mostFilled else { return nil }
        let prediction = model.predict(regressors(lags))
        let point = scale.mean + scale.deviation * min(max(prediction, -Self.reach), Self.reach)
        return point.isFinite ? max(0, point) : nil
    }

    /// The lags, normalised, and the intercept.
    private func regressors(_ lags: SIMD16<Double>) -> SIMD16<Double> {
        var regressors = ((lags - scale.mean) / scale.deviation)
            .clamped(lowerBound: SIMD16(repeating: -Self.reach), upperBound: SIMD16(repeating: Self.reach))
        regressors[Self.order] = 1
        return regressors
    }

    private func normalised(_ demand: Double) -> Double {
        min(max((demand - scale.mean) / scale.deviation, -Self.reach), Self.reach)
    }
}
