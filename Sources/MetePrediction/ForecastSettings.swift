package import MeteModel

/// What a forecaster is to forecast, and when it is to be believed.
package struct ForecastSettings: Equatable, Sendable {
    /// Ticks ahead.
    package var horizon = 1
    /// The quantile that the partition plans for; forecasts are chosen by their loss there and at 0.95.
    package var planningLevel: Double
    /// Demands above this are not believed, and no forecast exceeds it. In the resource's measure.
    package var ceiling: Double
    /// Time from the last valid sample to the expiry of what is forecast from it.
    package var lifetime: Nanoseconds
    /// Scored forecasts that a predictor needs before it may decide.
    package var leastScored = 30
    /// Share by which the loss must be lower for another predictor to take over.
    package var switchMargin = 0.05
    /// A predictor whose 0.95 bounds held less often than this starts again, once it has `leastForCoverage` scored forecasts.
    package var leastCoverage = 0.85
    package var leastForCoverage = 60

    /// - Parameter lifetimeTicks: ticks without a valid sample after which there is no forecast.
    package init(class: ComponentClass, ceiling: Double, tick: Nanoseconds, lifetimeTicks: Int = 5) {
        planningLevel = `class`.planningQuantile
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
