internal import MeteModel

/// A predictor on trial: its forecasts that are not yet due, and how the earlier ones did.
struct Contender: Sendable {
    let source: ForecastSource
    private var predictor: any Predictor
    private var issued: DueQueue<Quantiles>
    private(set) var scores = ScoreWindow()
    /// The forecast made at the end of the last tick.
    private(set) var latest: Quantiles?
    /// The coverage for which it was last set aside, until it has earned another trial.
    private(set) var setAsideFor: Double?

    init(_ predictor: any Predictor, horizon: Int) {
        self.predictor = predictor
        source = type(of: predictor).source
        issued = DueQueue(horizon: horizon)
    }

    /// Scores the forecast that was made for this tick, learns from its demand, and forecasts anew.
    mutating func observe(_ demand: Double, planningLevel: Double, ceiling: Double) {
        if let due = issued.due {
            scores.insert(Score(due, planningLevel: planningLevel, demand: demand))
        }
        predictor.observe(demand)
        issue(ceiling: ceiling)
    }

    mutating func skip(ceiling: Double) {
        predictor.skip()
        issue(ceiling: ceiling)
    }

    /// Makes it start again from nothing, because its bounds held too rarely.
    mutating func setAside(horizon: Int) {
        let coverage = scores.calibration.coverage
        self = Contender(type(of: predictor).init(horizon: horizon), horizon: horizon)
        setAsideFor = coverage
    }

    mutating func readmit() {
        setAsideFor = nil
    }

    /// Forecasts, held within what can come; what is not a distribution counts as no forecast.
    private mutating func issue(ceiling: Double) {
        latest = predictor.forecast().flatMap { $0.isDistribution ? $0.limited(to: ceiling) : nil }
        issued.advance(issuing: latest)
    }
}

extension Quantiles {
    /// Finite, not negative, not crossing.
    fileprivate var isDistribution: Bool {
        0 <= median && median <= p90 && p90 <= p95 && p95 <= p99 && p99.isFinite
    }

    fileprivate func limited(to ceiling: Double) -> Quantiles {
        Quantiles(
            median: min(median, ceiling), p90: min(p90, ceiling), p95: min(p95, ceiling), p99: min(p99, ceiling))
    }
}
