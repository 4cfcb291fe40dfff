/// The three linear models of one horizon, learnt by recursive least squares.
///
/// - *Autoregression*: the demand `horizon` ticks later by the last 15 demands.
/// - *Regression*: by the last 8 demands, levels, peaks and volatility, and the demands of the same phases of the period.
/// - *Expectile*: the regression with errors above weighed nine times those below, so that it follows what drives the upper
///   part of the distribution (Newey and Powell, "Asymmetric Least Squares Estimation and Testing", 1987).
///
/// All are *direct*: they regress the demand `horizon` ticks later rather than iterate a step, so that they cost the same at
/// every horizon and a wrong model order does not compound. Demands are normalised by running estimates. A model whose
/// numbers fail starts again from its prior by itself.
struct LinearModels: Sendable {
    /// What the models were asked with, until the answer comes.
    struct Question: Sendable {
        var lags = SIMD16<Float>.zero
        var regressors = SIMD16<Float>.zero
    }

    /// Demands before the models say anything but the last demand.
    static let leastLearnt = 15

    private let horizon: Int
    private var regression = RecursiveLeastSquares(forgetting: 0.999)
    /// The autoregression and the expectile, where they are asked for: they stand aside, so that they take no room elsewhere.
    private var others: [RecursiveLeastSquares]
    private(set) var learnt = 0

    private static let weightAbove: Float = 1.8
    private static let weightBelow: Float = 0.2

    /// - Parameter isFull: whether to learn the autoregression and the expectile, too; the regression's points stand for theirs otherwise.
    init(horizon: Int, isFull: Bool = true) {
        self.horizon = horizon
        others =
            isFull ? [RecursiveLeastSquares(forgetting: 0.99), RecursiveLeastSquares(forgetting: 0.999)] : []
    }

    /// What there is to know at the end of a tick.
    func question(_ summary: borrowing DemandSummary) -> Question {
        let lags = summary.history.latest
        let last = summary.normalised(lags[0])
        var regressors = summary.normalised(lags)
        regressors[8] = summary.normalised(summary.fastLevel) - last
        regressors[9] = summary.normalised(summary.slowLevel) - last
        regressors[10] = summary.normalised(summary.fastPeak) - last
        regressors[11] = summary.normalised(summary.seasonal(horizon: horizon))
        regressors[12] = summary.normalised(summary.samePhase) - last
        regressors[13] = min(summary.volatility / summary.deviation, 50)
        regressors[14] = summary.normalised(summary.slowPeak) - last
        regressors[15] = 1
        return Question(lags: lags, regressors: regressors)
    }

    /// Learns that `demand` was the answer.
    mutating func learn(_ question: Question, _ demand: Float, _ summary: borrowing DemandSummary) {
        let response = summary.normalised(demand)
        learnt += 1
        regression.learn(question.regressors, response)
        guard !others.isEmpty else { return }
        others[0].learn(Self.intercepted(summary.normalised(question.lags)), response)
        let isAbove = response > others[1].predict(question.regressors)
        others[1].learn(question.regressors, response, weight: isAbove ? Self.weightAbove : Self.weightBelow)
    }

    /// Points of the three models; nil while they know too little.
    func points(
        _ question: Question, _ summary: borrowing DemandSummary
    ) -> (autoregression: Float, regression: Float, expectile: Float)? {
        guard learnt >= Self.leastLearnt else { return nil }
        let point = summary.denormalised(regression.predict(question.regressors))
        guard !others.isEmpty else { return (point, point, point) }
        return (
            summary.denormalised(others[0].predict(Self.intercepted(summary.normalised(question.lags)))), point,
            summary.denormalised(others[1].predict(question.regressors))
        )
    }

    private static func intercepted(_ lags: SIMD16<Float>) -> SIMD16<Float> {
        var regressors = lags
        regressors[15] = 1
        return regressors
    }
}
