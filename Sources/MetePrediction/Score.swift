internal import MeteModel

/// How one forecast compared with what then came; or the sum over several.
struct Score: Sendable {
    /// Mean of the pinball losses at the level that is planned for and at 0.95.
    var decisive = 0.0
    /// Pinball loss at 0.95.
    var upper = 0.0
    /// 1 if the demand was at or below the 0.95 quantile.
    var covered = 0.0

    init() {}

    init(_ forecast: Quantiles, planningLevel: Double, demand: Double) {
        let planned = pinballLoss(of: forecast.value(at: planningLevel), at: planningLevel, for: demand)
        upper = pinballLoss(of: forecast.p95, at: 0.95, for: demand)
        decisive = (planned + upper) / 2
        covered = demand <= forecast.p95 ? 1 : 0
    }

    static func += (total: inout Score, score: Score) {
        total.decisive += score.decisive
        total.upper += score.upper
        total.covered += score.covered
    }

    static func -= (total: inout Score, score: Score) {
        total.decisive -= score.decisive
        total.upper -= score.upper
        total.covered -= score.covered
    }
}
