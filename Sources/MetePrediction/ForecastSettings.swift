package import MeteModel

/// What a forecaster is to forecast, and when it is to be believed.
package struct ForecastSettings: Equatable, Sendable {
    /// Ticks ahead, in ascending order; each costs about as much as the first.
    package var horizons = [1]
    /// Demands above this are not believed, and no forecast exceeds it. In the resource's measure.
    package var ceiling: Double
    /// Time from the last valid sample to the expiry of what is forecast from it.
    package var lifetime: Nanoseconds
    /// Learned networks whose forecasts are given with the demands, and weighed among the experts.
    package var networks: Set<NetworkSettings.Architecture> = []
    /// Scored forecasts that the combination needs before it may decide.
    package var leastScored = 30
    /// A combination whose 0.95 bounds held less often than this starts again, once it has `leastForTrust` scored forecasts. Those that
    /// hold somewhat more often find back by themselves: with 0.85 the lowest coverage of recorded series, ten ticks ahead, is 0.88 and not 0.93.
    package var leastCoverage = 0.75
    /// A combination that lost this many times what the fallback did starts again likewise.
    package var mostRelativeLoss = 2.0
    package var leastForTrust = 120

    /// - Parameter lifetimeTicks: ticks without a valid sample after which there is no forecast.
    package init(ceiling: Double, tick: Nanoseconds, lifetimeTicks: Int = 5) {
        self.ceiling = ceiling
        lifetime = tick * Nanoseconds(lifetimeTicks)
    }

    /// The measured demand, or what is wrong with it.
    func validate(_ demand: Double?) -> Result<Double, SampleFault> {
        guard let demand else { return .failure(.missing) }
        if demand.isNaN { return .failure(.notANumber) }
        if demand.isInfinite { return .failure(.infinite) }
        if demand < 0 { return .failure(.negative(demand)) }
        if demand > ceiling { return .failure(.aboveCeiling(demand, ceiling: ceiling)) }
        return .success(demand)
    }
}
