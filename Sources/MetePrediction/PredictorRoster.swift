internal import MeteModel

/// The predictors that every component and resource gets.
enum PredictorRoster {
    /// Decides whenever nothing better is known to be better.
    static func fallback(horizon: Int) -> any Predictor { DecayedPeak(horizon: horizon) }

    /// What competes with the fallback, one line each.
    static func experts(horizon: Int) -> [any Predictor] {
        [
            Autoregression(horizon: horizon)
        ]
    }
}
