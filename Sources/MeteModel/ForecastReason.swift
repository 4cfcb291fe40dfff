/// Why a forecast comes from the source that it comes from.
///
/// A value, put into words only when somebody reads it: one is made per component and tick.
package enum ForecastReason: Equatable, Sendable, Codable, CustomStringConvertible {
    /// The fallback decides: the last sample could not be used.
    case invalidSample(SampleFault)
    /// The fallback decides: too few forecasts of `source` could be compared with what then came.
    case tooFewSamples(source: ForecastSource, scored: Int, needed: Int)
    /// The fallback decides: the 0.95 bounds of `source` held too rarely, so it was reset and learns anew.
    case poorCoverage(source: ForecastSource, coverage: Double, least: Double)

    /// The combination decides; these two experts weigh most in its 0.95 quantile, with these shares.
    case weighted(ForecastExpert, Double, ForecastExpert, Double)
    /// The fallback decides: the forecasts of `source` lost more than the fallback's, so it was reset and learns anew.
    case poorLoss(source: ForecastSource, loss: Double, fallbackLoss: Double)

    package var description: String {
        switch self {
        case .invalidSample(let fault):
            "fallback: last sample \(fault)"
        case .tooFewSamples(let source, let scored, let needed):
            "fallback: \(scored) of \(needed) forecasts of \(source.rawValue) scored"
        case .poorCoverage(let source, let coverage, let least):
            "fallback: \(source.rawValue) reset, 0.95 coverage \(coverage.brief) below \(least.brief)"
        case .weighted(let first, let share, let second, let secondShare):
            "\(first.rawValue) \(share.brief), \(second.rawValue) \(secondShare.brief)"
        case .poorLoss(let source, let loss, let fallbackLoss):
            "fallback: \(source.rawValue) reset, pinball loss \(loss.brief) against \(fallbackLoss.brief)"
        }
    }
}
