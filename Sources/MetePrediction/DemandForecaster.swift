package import MeteModel

/// Forecasts one component's demand of one resource: puts several predictors on trial and speaks through the best.
///
/// Per tick, each predictor's forecast for that tick is scored by its pinball loss, each learns the demand, and each forecasts
/// anew. The one with the lowest mean loss over the recent past decides; another takes over only when it is better by a
/// margin, so that two equals do not flap. The fallback decides while the last sample could not be used, and
/// while the others have no forecast, too few scored ones, or bounds that held too rarely; in the last case they
/// start again from nothing.
///
/// A forecast expires a fixed time after the last valid sample, however often it is asked for: when measurements cease, so
/// do forecasts.
///
/// Cost: little more than the sum of its predictors'; no allocation in steady state. Copying it copies
/// its predictors' storage at the next tick: keep it in one place.
package struct DemandForecaster: Sendable {
    private let settings: ForecastSettings
    /// The fallback is the first.
    private var contenders: [Contender]
    /// Who won the last comparison.
    private var incumbent = 0
    /// Who speaks now: the incumbent, or the fallback in its stead.
    private var speaker = 0
    private var reason = ForecastReason.onlySource
    private var lastValid: Instant?

    package init(_ settings: ForecastSettings) {
        self.init(
            settings, fallback: PredictorRoster.fallback(horizon: settings.horizon),
            experts: PredictorRoster.experts(horizon: settings.horizon))
    }

    init(_ settings: ForecastSettings, fallback: any Predictor, experts: [any Predictor]) {
        self.settings = settings
        contenders = ([fallback] + experts).map { Contender($0, horizon: settings.horizon) }
    }

    /// A tick has ended at `end` in which this demand was measured; nil when nothing was measured.
    ///
    /// - Returns: why the sample was not used, or nil when it was.
    @discardableResult
    package mutating func observe(_ demand: Double?, at end: Instant) -> SampleFault? {
        switch settings.validate(demand) {
        case .success(let demand):
            for index in contenders.indices {
                contenders[index].observe(demand, planningLevel: settings.planningLevel, ceiling: settings.ceiling)
            }
            lastValid = end
            choose()
            return nil
        case .failure(let fault):
            for index in contenders.indices { contenders[index].skip(ceiling: settings.ceiling) }
            speaker = 0
            reason = .invalidSample(fault)
            return fault
        }
    }

    /// The demand `horizon` ticks after the last one observed; nil before the first valid sample and once that is too old.
    package func forecast(at now: Instant) -> Forecast? {
        guard let lastValid, let demand = contenders[speaker].latest else { return nil }
        let expires = lastValid + settings.lifetime
        guard now < expires else { return nil }
        return Forecast(
            demand: demand, expires: expires, calibration: contenders[speaker].scores.calibration,
            source: contenders[speaker].source, reason: reason)
    }

    /// What each predictor would forecast, and how its earlier forecasts did; the fallback first.
    package var trials: [(source: ForecastSource, latest: Quantiles?, calibration: Calibration)] {
        contenders.map { ($0.source, $0.latest, $0.scores.calibration) }
    }

    /// Settles who speaks until the next tick, and why.
    private mutating func choose() {
        let obstacle = admit()
        speaker = incumbent

        // A loss is compared over the same number of ticks for all, however long each has been scored.
        var window = contenders[0].scores.count
        for index in contenders.indices where isEligible(index) { window = min(window, contenders[index].scores.count) }

        var rival: (index: Int, loss: Double)?
        for index in contenders.indices where index != incumbent && isEligible(index) {
            let loss = contenders[index].scores.loss(ofLatest: window)
            if loss < rival?.loss ?? .infinity { rival = (index, loss) }
        }
        guard let rival else {
            reason = obstacle ?? .onlySource
            return
        }

        let loss = contenders[incumbent].scores.loss(ofLatest: window)
        if rival.loss < (1 - settings.switchMargin) * loss {
            reason = .lowerLoss(rival.loss, rival: contenders[incumbent].source, rivalLoss: loss)
            incumbent = rival.index
            speaker = rival.index
        } else if rival.loss < loss {
            reason = .kept(loss: loss, rival: contenders[rival.index].source, rivalLoss: rival.loss)
        } else {
            reason = .lowerLoss(loss, rival: contenders[rival.index].source, rivalLoss: rival.loss)
        }
    }

    /// Whether a contender may speak: the fallback always may.
    private func isEligible(_ index: Int) -> Bool {
        index == 0 || contenders[index].latest != nil && contenders[index].scores.count >= settings.leastScored
    }

    /// Makes experts that cover too little start again, and the fallback the incumbent where the incumbent may not speak.
    ///
    /// - Returns: what keeps the first expert that may not speak from it.
    private mutating func admit() -> ForecastReason? {
        var obstacle: ForecastReason?
        for index in contenders.indices.dropFirst() {
            let calibration = contenders[index].scores.calibration
            if calibration.samples >= settings.leastForCoverage, calibration.coverage < settings.leastCoverage {
                contenders[index].setAside(horizon: settings.horizon)
            }
            if isEligible(index) {
                contenders[index].readmit()
            } else {
                obstacle = obstacle ?? self.obstacle(of: index)
                if incumbent == index { incumbent = 0 }
            }
        }
        return obstacle
    }

    private func obstacle(of index: Int) -> ForecastReason {
        let contender = contenders[index]
        if let coverage = contender.setAsideFor {
            return .poorCoverage(source: contender.source, coverage: coverage, least: settings.leastCoverage)
        }
        guard contender.latest != nil else { return .notReady(source: contender.source) }
        return .tooFewSamples(
            source: contender.source, scored: contender.scores.count, needed: settings.leastScored)
    }
}
