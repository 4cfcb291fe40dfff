package import MeteModel

/// The reactive fallback: a peak that follows demand up at once and back down slowly.
///
/// It needs no model to be right and no past to speak of: its first forecast follows its first sample. The excess of the
/// peak over the current demand decays by a constant factor per tick, so a steady demand is its own peak. Upper quantiles are
/// the peak plus what demand recently was above or below the peaks of `horizon` ticks earlier; until there are enough of
/// those for a level, that level has a fixed headroom. The median is a smoothed level. It does not see trends or cycles.
///
/// Cost: a tenth of a microsecond per tick, 4 KiB.
package struct DecayedPeak: Predictor {
    package static let source = ForecastSource.decayedPeak

    /// Share of the peak's excess that is left after one tick; halves it in three.
    static let retention = 0.8
    /// Weight of the latest demand in the level.
    static let smoothing = 0.5
    /// Headroom as a share of the peak for levels with too few residuals.
    static let headroom = 0.25

    private var peak: Double?
    private var level = 0.0
    private var residuals = ResidualWindow()
    /// The peaks of the last `horizon` ticks, from which the forecasts not yet due were made.
    private var issued: DueQueue<Double>

    package init(horizon: Int) {
        issued = DueQueue(horizon: horizon)
    }

    package mutating func observe(_ demand: Double) {
        if let due = issued.due { residuals.insert(demand - due) }
        if let last = peak {
            peak = max(demand, demand + (last - demand) * Self.retention)
            level += Self.smoothing * (demand - level)
        } else {
            peak = demand
            level = demand
        }
        issued.advance(issuing: peak)
    }

    package mutating func skip() {
        issued.advance(issuing: peak)
    }

    package func forecast() -> Quantiles? {
        guard let peak else { return nil }
        return residuals.bounds(above: level, from: peak, margin: Self.headroom * peak)
    }
}
