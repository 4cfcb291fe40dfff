package import MeteModel

/// The demand expected of a component in the next window.
package struct ForecastReport: Equatable, Sendable, Codable {
    /// Cores, at the median and the 0.9, 0.95 and 0.99 quantiles.
    package var demand: Quantiles
    package var source: ForecastSource
    /// Why this source decided, in words.
    package var reason: String
    /// Share of recent demands at or below the 0.95 quantile forecast for them; 0.95 is perfect.
    package var coverage: Double
    /// Mean pinball loss at 0.95 of recent forecasts, in cores.
    package var pinballLoss: Double
    /// Mean distance of the 0.95 quantile from the median of recent forecasts, in cores.
    package var width: Double
    /// Forecasts that were scored for the three numbers above.
    package var samples: Int
    /// Negative when it has expired and is not acted on.
    package var expiresInSeconds: Double

    package init(
        demand: Quantiles, source: ForecastSource, reason: String, coverage: Double, pinballLoss: Double,
        width: Double = 0,
        samples: Int, expiresInSeconds: Double
    ) {
        self.demand = demand
        self.source = source
        self.reason = reason
        self.coverage = coverage
        self.pinballLoss = pinballLoss
        self.width = width
        self.samples = samples
        self.expiresInSeconds = expiresInSeconds
    }

    /// The report of `forecast` as seen at `now`.
    package init(_ forecast: Forecast, now: Instant) {
        self.init(
            demand: forecast.demand, source: forecast.source, reason: forecast.reason.description,
            coverage: forecast.calibration.coverage, pinballLoss: forecast.calibration.pinballLoss,
            width: forecast.calibration.width, samples: forecast.calibration.samples,
            expiresInSeconds: (forecast.expires - now).seconds)
    }
}
