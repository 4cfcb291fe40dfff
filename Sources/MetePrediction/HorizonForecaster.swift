internal import MeteModel

/// Forecasts a demand one horizon ahead: its experts, their combination, and its calibration.
///
/// Each expert makes a point or a state of its own of the demands, and quantiles of that and its past errors
/// (`AnalogWindow`); `QuantileCombination` mixes them at each level, and `ConformalCorrection` shifts the upper ones. Every
/// forecast waits as an `Issue` until the demand it was for comes; only then does anything learn from it, so nothing
/// that is published depends on what came later.
///
/// Beyond 50 ticks a forecast is renewed at every fifth of its horizon only, by fewer experts with a shorter memory: what happens
/// within a few ticks says little of then.
struct HorizonForecaster: Sendable {
    typealias Lanes = SIMD16<Float>

    /// A forecast that is not yet due, with what will be learnt from.
    private struct Issue: Sendable {
        var points: Lanes
        var state: SIMD4<Float>
        var question: LinearModels.Question
        /// By level, the experts' quantiles.
        var quantiles: (Lanes, Lanes, Lanes, Lanes)
        var mixture: SIMD4<Float>
        var bounds: SIMD4<Float>
        /// Whether the demands it was made from were all measured.
        var isMeasured: Bool
    }

    let horizon: Int
    /// Ticks from one forecast to the next.
    let stride: Int
    private let architectures: Set<NetworkSettings.Architecture>
    private let isFar: Bool
    private var ticks = 0
    private var models: LinearModels
    private var window: AnalogWindow
    private var recent = AnalogWindow(capacity: Self.recentResiduals, predictions: 1)
    private var combinations: (QuantileCombination, QuantileCombination, QuantileCombination, QuantileCombination)
    private var correction: ConformalCorrection
    private var issued: DueQueue<Issue>
    private(set) var record = ForecastRecord()
    /// Made at the last tick that it was renewed at.
    private(set) var latest: SIMD4<Float>?

    private static let residuals = 112
    private static let farResiduals = 64
    private static let recentResiduals = 20
    /// Predictions in the window, in the order of `Prediction`.
    private static let predictions = 8
    private static let farPredictions = 5
    private static let farExperts: Set<ForecastExpert> = [
        .lastValue, .smoothedLevel, .seasonalNaive, .seasonalAnalog, .regression, .regressionAnalog, .histogram,
        .shortHistogram, .histogramAnalog, .lstm, .attention,
    ]

    /// What the window keeps residuals of; far ahead only the first few.
    private enum Prediction {
        static let last = 0
        static let level = 1
        static let seasonal = 2
        static let regression = 3
        /// The residual of 0 is the demand itself.
        static let nothing = 4
        static let peak = 5
        static let autoregression = 6
        static let expectile = 7
    }

    /// - Parameter architectures: of the networks whose forecasts are given with the demands.
    init(horizon: Int, networks architectures: Set<NetworkSettings.Architecture> = []) {
        self.horizon = horizon
        self.architectures = architectures
        isFar = horizon > 50
        stride = isFar ? horizon / 5 : 1
        models = LinearModels(horizon: horizon, isFull: !isFar)
        window = AnalogWindow(
            capacity: isFar ? Self.farResiduals : Self.residuals,
            predictions: isFar ? Self.farPredictions : Self.predictions)
        var experts = Lanes.zero
        for expert in ForecastExpert.allCases
        where (expert.architecture.map { architectures.contains($0) } ?? true)
            && (!isFar || Self.farExperts.contains(expert))
        {
            experts[expert.lane] = 1
        }
        func combination(_ level: Float) -> QuantileCombination { QuantileCombination(level: level, experts: experts) }
        combinations = (combination(0.5), combination(0.9), combination(0.95), combination(0.99))
        correction = ConformalCorrection(horizon: horizon)
        issued = DueQueue(horizon: horizon / stride)
    }

    /// Whether the last tick made a new forecast.
    var isRenewed: Bool { ticks % stride == 0 }

    /// Forgets all that it has learnt.
    mutating func startAgain() { self = HorizonForecaster(horizon: horizon, networks: architectures) }

    /// Takes in the demand of a tick that `summary` already knows.
    ///
    /// - Parameter networks: quantiles that learned networks forecast for `horizon` ticks ahead.
    mutating func observe(_ demand: Float, _ summary: borrowing DemandSummary, networks: NetworkBounds) {
        ticks += 1
        guard isRenewed else { return }
        if let due = issued.due { learn(due, demand, summary) }
        issue(summary, networks)
    }

    /// A tick has passed whose demand is not known; nothing is learnt, and the forecast is made from what is known.
    mutating func skip(_ summary: borrowing DemandSummary) {
        ticks += 1
        guard isRenewed else { return }
        issue(summary, NetworkBounds())
    }

    /// Time has passed that nothing was observed of: what was issued is never scored.
    mutating func forgetIssued() { issued.removeAll() }

    /// The two heaviest experts at the 0.95 quantile, and their weights.
    var heaviest: (ForecastExpert, Double, ForecastExpert, Double) {
        let weights = combinations.2.weights
        var first = ForecastExpert.lastValue
        var second = ForecastExpert.smoothedLevel
        if weights[second.lane] > weights[first.lane] { swap(&first, &second) }
        for expert in ForecastExpert.allCases.dropFirst(2) {
            if weights[expert.lane] > weights[first.lane] {
                second = first
                first = expert
            } else if weights[expert.lane] > weights[second.lane] {
                second = expert
            }
        }
        return (first, Double(weights[first.lane]), second, Double(weights[second.lane]))
    }

    /// What an expert alone would now forecast.
    func quantiles(of expert: ForecastExpert) -> SIMD4<Float>? {
        guard let last = issued.latest else { return nil }
        guard !isFar || Self.farExperts.contains(expert) else { return nil }
        let lane = expert.lane
        return SIMD4(last.quantiles.0[lane], last.quantiles.1[lane], last.quantiles.2[lane], last.quantiles.3[lane])
    }

    // MARK: What came of a forecast

    private mutating func learn(_ due: Issue, _ demand: Float, _ summary: borrowing DemandSummary) {
        record.insert(bounds: due.bounds, demand: demand)
        combinations.0.observe(due.quantiles.0, demand: demand)
        combinations.1.observe(due.quantiles.1, demand: demand)
        combinations.2.observe(due.quantiles.2, demand: demand)
        combinations.3.observe(due.quantiles.3, demand: demand)
        correction.observe(demand, quantiles: due.mixture, bounds: due.bounds)
        let errors = demand - due.points
        window.insert(errors, state: due.state)
        recent.insert(Lanes(repeating: demand), state: due.state)
        if due.isMeasured { models.learn(due.question, demand, summary) }
    }

    // MARK: A new forecast

    private mutating func issue(_ summary: borrowing DemandSummary, _ networks: NetworkBounds) {
        let question = models.question(summary)
        let last = summary.history.demand(0)
        let learnt = models.points(question, summary) ?? (last, last, last)
        var points = Lanes.zero
        points[Prediction.last] = last
        points[Prediction.level] = summary.slowLevel
        points[Prediction.seasonal] = summary.seasonal(horizon: horizon)
        points[Prediction.regression] = learnt.regression
        points[Prediction.peak] = summary.fastPeak
        points[Prediction.autoregression] = learnt.autoregression
        points[Prediction.expectile] = learnt.expectile
        let state = summary.state(expecting: learnt.regression)
        window.compare(with: state)

        var quantiles = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        func set(_ expert: ForecastExpert, _ values: SIMD4<Float>) {
            let values = values.nonNegative
            quantiles.0[expert.lane] = values[0]
            quantiles.1[expert.lane] = values[1]
            quantiles.2[expert.lane] = values[2]
            quantiles.3[expert.lane] = values[3]
        }
        func plain(_ prediction: Int) -> SIMD4<Float> { points[prediction] + window.plain(prediction) }
        func analog(_ prediction: Int) -> SIMD4<Float> { points[prediction] + window.analog(prediction) }
        let isEmpty = window.count == 0
        set(.lastValue, analog(Prediction.last))
        set(.smoothedLevel, plain(Prediction.level))
        set(.seasonalNaive, plain(Prediction.seasonal))
        set(.seasonalAnalog, analog(Prediction.seasonal))
        set(.regression, plain(Prediction.regression))
        set(.regressionAnalog, analog(Prediction.regression))
        set(.histogram, isEmpty ? SIMD4(repeating: last) : plain(Prediction.nothing))
        set(.histogramAnalog, isEmpty ? SIMD4(repeating: last) : analog(Prediction.nothing))
        set(.shortHistogram, isEmpty ? SIMD4(repeating: last) : recent.plain(0))
        if !isFar {
            set(.decayedPeak, analog(Prediction.peak))
            set(.autoregression, plain(Prediction.autoregression))
            set(.autoregressionAnalog, analog(Prediction.autoregression))
            set(.expectileAnalog, analog(Prediction.expectile))
        }
        if !architectures.isEmpty {
            set(.lstm, networks.lstm ?? .zero)
            set(.attention, networks.attention ?? .zero)
            // An expert without a forecast is as good as the mixture of the others.
            if networks.lstm == nil || networks.attention == nil {
                let others = mix(quantiles, without: (networks.lstm == nil, networks.attention == nil))
                if networks.lstm == nil { set(.lstm, others) }
                if networks.attention == nil { set(.attention, others) }
            }
        }

        let mixture = mix(quantiles).ascending
        let bounds = correction.bounds(mixture)
        latest = bounds
        issued.advance(
            issuing: Issue(
                points: points, state: state, question: question, quantiles: quantiles, mixture: mixture,
                bounds: bounds, isMeasured: summary.measuredInARow == 16))
    }

    private func mix(_ quantiles: (Lanes, Lanes, Lanes, Lanes)) -> SIMD4<Float> {
        SIMD4(
            combinations.0.mix(quantiles.0), combinations.1.mix(quantiles.1), combinations.2.mix(quantiles.2),
            combinations.3.mix(quantiles.3))
    }

    /// Without networks whose lanes hold nothing but 0.
    private func mix(
        _ quantiles: (Lanes, Lanes, Lanes, Lanes), without missing: (lstm: Bool, attention: Bool)
    ) -> SIMD4<Float> {
        func mixed(_ combination: borrowing QuantileCombination, _ quantiles: Lanes) -> Float {
            var share: Float = 0
            if missing.lstm { share += combination.weights[ForecastExpert.lstm.lane] }
            if missing.attention { share += combination.weights[ForecastExpert.attention.lane] }
            return share < 1 ? combination.mix(quantiles) / (1 - share) : 0
        }
        return SIMD4(
            mixed(combinations.0, quantiles.0), mixed(combinations.1, quantiles.1), mixed(combinations.2, quantiles.2),
            mixed(combinations.3, quantiles.3))
    }
}

extension ForecastExpert {
    /// Its lane among the experts' quantiles.
    var lane: Int {
        switch self {
        case .lastValue: 0
        case .smoothedLevel: 1
        case .decayedPeak: 2
        case .seasonalNaive: 3
        case .seasonalAnalog: 4
        case .autoregression: 5
        case .autoregressionAnalog: 6
        case .regression: 7
        case .regressionAnalog: 8
        case .expectileAnalog: 9
        case .histogram: 10
        case .shortHistogram: 11
        case .histogramAnalog: 12
        case .lstm: 13
        case .attention: 14
        }
    }

    /// Of the network that it is; nil for the others.
    var architecture: NetworkSettings.Architecture? {
        switch self {
        case .lstm: .lstm
        case .attention: .attention
        default: nil
        }
    }
}

extension SIMD4<Float> {
    /// In ascending order: a mixture level by level may cross (rearrangement; Chernozhukov, Fernández-Val and Galichon, 2010).
    fileprivate var ascending: SIMD4<Float> {
        let (low, high) = (pointwiseMin(evenHalf, oddHalf), pointwiseMax(evenHalf, oddHalf))
        let least = Swift.min(low[0], low[1])
        let most = Swift.max(high[0], high[1])
        let (one, other) = (Swift.max(low[0], low[1]), Swift.min(high[0], high[1]))
        return SIMD4(least, Swift.min(one, other), Swift.max(one, other), most)
    }
}
