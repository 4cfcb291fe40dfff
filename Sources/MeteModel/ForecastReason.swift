/// Why a forecast comes from the source that it comes from.
///
/// A value, put into words only when somebody reads it: one is made per component and tick.
package enum ForecastReason: Equatable, Sendable, Codable, CustomStringConvertible {
    /// No other predictor is in use.
    case onlySource
    /// The fallback decides: the last sample could not be used.
    case invalidSample(SampleFault)
    /// The fallback decides: `source` has no forecast yet, or lost what it builds on in a gap.
    case notReady(source: ForecastSource)
    /// The fallback decides: too few forecasts of `source` could be compared with what then came.
    case tooFewSamples(source: ForecastSource, scored: Int, needed: Int)
    /// The fallback decides: the 0.95 bounds of `source` held too rarely, so it was reset and learns anew.
    case poorCoverage(source: ForecastSource, coverage: Double, least: Double)
    /// The lowest mean pinball loss over the recent past; `rival` is the runner-up.
    case lowerLoss(Double, rival: ForecastSource, rivalLoss: Double)
    /// Kept although `rival` had the lower loss: the difference is too small to switch for.
    case kept(loss: Double, rival: ForecastSource, rivalLoss: Double)

    package var description: String {
        switch self {
        case .onlySource:
            "no other predictor in use"
        case .invalidSample(let fault):
            "fallback: last sample \(fault)"
        case .notReady(let source):
            "fallback: \(source.rawValue) has no forecast yet"
        case .tooFewSamples(let source, let scored, let needed):
            "fallback: \(scored) of \(needed) forecasts of \(source.rawValue) scored"
        case .poorCoverage(let source, let coverage, let least):
            "fallback: \(source.rawValue) reset, 0.95 coverage \(coverage.brief) below \(least.brief)"
        case .lowerLoss(let loss, let rival, let rivalLoss):
            "pinball loss \(loss.brief) against \(rivalLoss.brief) of \(rival.rawValue)"
        case .kept(let loss, let rival, let rivalLoss):
            "kept: \(rival.rawValue) is better by too little (\(rivalLoss.brief) against \(loss.brief))"
        }
    }
}
