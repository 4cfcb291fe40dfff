/// Which predictor a forecast comes from.
package enum ForecastSource: String, Hashable, Sendable, Codable {
    /// The reactive fallback: a decayed peak of what was seen.
    case decayedPeak
    /// An autoregressive model alone: in recordings that do not know `combination`.
    case autoregressive
    /// Several predictors, weighed by how well each did lately, with bounds corrected for coverage.
    case combination
}

/// How well recent forecasts from the same source described what then came.
package struct Calibration: Equatable, Sendable, Codable {
    /// Share of recent demands at or below the 0.95 quantile forecast for them; 0.95 is perfect.
    package var coverage: Double
    /// Mean pinball loss at 0.95 of recent forecasts, in the resource's measure.
    package var pinballLoss: Double
    /// Mean distance of the 0.95 quantile from the median of recent forecasts, in the resource's measure.
    package var width: Double
    /// Forecasts scored so far within the scoring window.
    package var samples: Int

    package init(coverage: Double, pinballLoss: Double, width: Double = 0, samples: Int) {
        self.coverage = coverage
        self.pinballLoss = pinballLoss
        self.width = width
        self.samples = samples
    }

    package static let unknown = Calibration(coverage: 0, pinballLoss: 0, samples: 0)
}

/// The expected demand of one component in the next window, as a distribution.
package struct Forecast: Equatable, Sendable, Codable {
    /// Demand in the resource's measure (cores for CPU).
    package var demand: Quantiles
    /// Not to be acted on at or after this instant.
    package var expires: Instant
    package var calibration: Calibration
    package var source: ForecastSource
    /// Why this source was chosen; its description says it in words.
    package var reason: ForecastReason

    package init(
        demand: Quantiles, expires: Instant, calibration: Calibration, source: ForecastSource, reason: ForecastReason
    ) {
        self.demand = demand
        self.expires = expires
        self.calibration = calibration
        self.source = source
        self.reason = reason
    }
}
