package import MeteModel

/// The reactive fallback: a peak that follows demand up at once and back down slowly.
///
/// It needs no model to be right and no past to speak of: its first forecast follows its first sample. The excess of the
/// peak over the current demand decays by a constant factor per tick, so a steady demand is its own peak. Upper quantiles are
/// the peak plus what demand recently was above or below the peaks of `horizon` ticks earlier; until there are enough of
/// those for a level, that level has a fixed headroom. The median is a smoothed level. It does not see trends or cycles.
///
/// Beyond 50 ticks ahead it keeps the residuals of every fifth part of its horizon only. Cost: a tenth of a microsecond per tick, 1 KiB.
package struct DecayedPeak: Sendable {
    /// Share of the peak's excess that is left after one tick; halves it in three.
    static let retention = 0.8
    /// Weight of the latest demand in the level.
    static let smoothing = 0.5
    /// Headroom as a share of the peak for levels with too few residuals.
    static let headroom = 0.25

    private let stride: Int
    private var ticks = 0
    private var peak: Double?
    private var level = 0.0
    private var residuals = ResidualWindow()
    /// The peaks from which the forecasts not yet due were made.
    private var issued: DueQueue<Double>

    package init(horizon: Int) {
        stride = horizon > 50 ? horizon / 5 : 1
        issued = DueQueue(horizon: horizon / stride)
    }

    package mutating func observe(_ demand: Double) {
        ticks += 1
        let isKept = ticks % stride == 0
        if isKept, let due = issued.due { residuals.insert(demand - due) }
        if let last = peak {
            peak = max(demand, demand + (last - demand) * Self.retention)
            level += Self.smoothing * (demand - level)
        } else {
            peak = demand
            level = demand
        }
        if isKept { issued.advance(issuing: peak) }
    }

    package mutating func skip() {
        ticks += 1
        if ticks % stride == 0 { issued.advance(issuing: peak) }
    }

    /// What was issued is never compared with what came.
    mutating func forgetIssued() { issued.removeAll() }

    /// nil before the first demand.
    package func forecast() -> Quantiles? {
        guard let peak else { return nil }
        return residuals.bounds(above: level, from: peak, margin: Self.headroom * peak)
    }
}
