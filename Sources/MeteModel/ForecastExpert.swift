/// What a combined forecast is combined from; `rawValue` is its name in reports.
package enum ForecastExpert: String, CaseIterable, Hashable, Sendable, Codable {
    /// The last demand, with the errors it made in like states.
    case lastValue
    /// An exponentially smoothed level.
    case smoothedLevel
    /// A peak that decays, with the errors it made in like states.
    case decayedPeak
    /// The demand one period before.
    case seasonalNaive
    case seasonalAnalog
    /// A linear model of the last 15 demands.
    case autoregression
    case autoregressionAnalog
    /// A linear model of recent demands, levels, peaks, volatility and phase.
    case regression
    case regressionAnalog
    /// The same, fitted to the upper part of the distribution.
    case expectileAnalog
    /// The distribution of recent demands themselves.
    case histogram
    /// Of very recent ones.
    case shortHistogram
    /// Of recent demands in like states.
    case histogramAnalog
    /// A learned recurrent network.
    case lstm
    /// A learned network with causal attention.
    case attention
}
