package import MeteModel

/// What every predictor of a demand can do.
///
/// A predictor is made for one horizon: after each tick it forecasts the demand of the tick `horizon` ticks later. It is
/// a value that sees demands and nothing else: no clock, no names, no randomness, so the same demands give the same
/// forecasts. Budget: 20 µs per tick for `observe` and `forecast` together, 64 KiB of state, no allocation after `init`.
///
/// To add one: write its file, name it in `ForecastSource`, and add its line to `PredictorRoster`. Who decides when,
/// whether samples are valid, and how well forecasts did is the business of `DemandForecaster`.
package protocol Predictor: Sendable {
    /// What its forecasts are known by.
    static var source: ForecastSource { get }

    /// - Parameter horizon: ticks ahead, at least 1.
    init(horizon: Int)

    /// A tick has passed in which this demand was measured: finite, not negative.
    mutating func observe(_ demand: Double)

    /// A tick has passed of which the demand is not known.
    mutating func skip()

    /// The demand `horizon` ticks after the last one observed or skipped: finite, not negative, not crossing.
    /// nil while it knows too little.
    func forecast() -> Quantiles?
}
