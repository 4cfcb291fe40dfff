internal import MeteModel

/// One horizon of a forecaster: the combination, the reactive fallback, and which of them is to be believed.
///
/// The fallback decides while the last sample could not be used and while too few of the combination's forecasts were scored.
/// A combination whose bounds held too rarely, or that lost much more than the fallback, starts again from nothing, and the
/// fallback decides until it has proved itself anew.
struct HorizonTrack: Sendable {
    private let settings: ForecastSettings
    /// A demand of 1 inside, in the resource's measure.
    private let unit: Double
    private(set) var forecaster: HorizonForecaster
    private var fallback: DecayedPeak
    private var fallbackRecord = ForecastRecord()
    private var fallbackIssued: DueQueue<SIMD4<Float>>
    /// Why the combination was set aside last, until it has earned its trust again.
    private var setAsideFor: ForecastReason?

    init(horizon: Int, _ settings: ForecastSettings, unit: Double) {
        self.settings = settings
        self.unit = unit
        forecaster = HorizonForecaster(horizon: horizon, networks: settings.networks)
        fallback = DecayedPeak(horizon: horizon)
        fallbackIssued = DueQueue(horizon: horizon / forecaster.stride)
    }

    /// Takes in a demand that `summary` already knows.
    mutating func observe(_ demand: Float, _ summary: borrowing DemandSummary, networks: NetworkBounds) {
        forecaster.observe(demand, summary, networks: networks)
        fallback.observe(Double(demand))
        if forecaster.isRenewed {
            if let due = fallbackIssued.due { fallbackRecord.insert(bounds: due, demand: demand) }
            fallbackIssued.advance(issuing: fallback.forecast().map { SIMD4($0) })
            judge()
        }
    }

    /// A tick has passed whose demand is not known.
    mutating func skip(_ summary: borrowing DemandSummary) {
        forecaster.skip(summary)
        fallback.skip()
        if forecaster.isRenewed { fallbackIssued.advance(issuing: fallback.forecast().map { SIMD4($0) }) }
    }

    /// Time has passed that nothing was observed of.
    mutating func forgetIssued() {
        forecaster.forgetIssued()
        fallback.forgetIssued()
        fallbackIssued.removeAll()
    }

    /// - Parameter fault: of the last sample.
    func forecast(expires: Instant, after fault: SampleFault?) -> Forecast? {
        if let obstacle = obstacle(after: fault) {
            return fallback.forecast().map {
                Forecast(
                    demand: $0.scaled(by: unit, upTo: settings.ceiling), expires: expires,
                    calibration: fallbackRecord.calibration(unit: unit), source: .decayedPeak, reason: obstacle)
            }
        }
        guard let bounds = forecaster.latest else { return nil }
        let (first, share, second, secondShare) = forecaster.heaviest
        return Forecast(
            demand: Quantiles(bounds).scaled(by: unit, upTo: settings.ceiling), expires: expires,
            calibration: forecaster.record.calibration(unit: unit), source: .combination,
            reason: .weighted(first, share, second, secondShare))
    }

    /// What keeps the combination from deciding; nil when it may.
    private func obstacle(after fault: SampleFault?) -> ForecastReason? {
        if let fault { return .invalidSample(fault) }
        if let setAsideFor { return setAsideFor }
        let scored = forecaster.record.samples
        guard scored < settings.leastScored else { return nil }
        return .tooFewSamples(source: .combination, scored: scored, needed: settings.leastScored)
    }

    /// Makes a combination that is worse than it ought to be start again.
    private mutating func judge() {
        let samples = forecaster.record.samples
        if samples >= settings.leastScored { setAsideFor = nil }
        guard samples >= settings.leastForTrust else { return }
        let record = forecaster.record.calibration(unit: unit)
        let other = fallbackRecord.calibration(unit: unit)
        if record.coverage < settings.leastCoverage {
            setAsideFor = .poorCoverage(
                source: .combination, coverage: record.coverage, least: settings.leastCoverage)
        } else if other.samples >= samples, record.pinballLoss > settings.mostRelativeLoss * other.pinballLoss {
            setAsideFor = .poorLoss(
                source: .combination, loss: record.pinballLoss, fallbackLoss: other.pinballLoss)
        } else {
            return
        }
        forecaster.startAgain()
    }
}
