import MeteModel

/// The numbers of one claimant while a plan is made, in units; no references, so that passes over thousands are cheap.
struct Share {
    /// Slack for sums of fractions of units that are whole numbers but for rounding of the arithmetic.
    static let tolerance = 1e-9

    // MARK: What is claimed

    var priority: Int
    var weight: Double
    /// Forecast at the class's quantile, at most `ceiling`.
    var forecast: Double
    /// The larger of forecast and measured demand, at most `ceiling`.
    var demand: Double
    /// The guarantee up to demand.
    var guaranteed: Double
    /// The maximum.
    var ceiling: Int
    /// Confidence in the forecast.
    var confidence: Double

    // MARK: What is given

    /// What the claims so far were served with.
    var served = 0.0

    /// `served` in whole units: what a plan without a past gives.
    var target = 0
    /// What this plan gives.
    var units = 0

    // MARK: The past

    /// What the previous plan gave; nil when the component was not in it.
    var previous: Int?
    /// Ticks for which it has had too much, and how many units of it were too many in every one of them.
    var surplusTicks = 0
    var surplusUnits = 0
    /// Ticks for which it keeps a surplus; meaningful while it has one.
    var patience = 0
    var change = Change.same

    /// Whole units that cover the guarantee up to demand.
    var floor: Int { Self.roundedUp(guaranteed) }

    /// Whole units that cover the demand.
    var need: Int { Self.roundedUp(demand) }

    /// Units above (positive) or below (negative) the target.
    var excess: Int { units - target }

    static func roundedUp(_ units: Double) -> Int { Int((units - tolerance).rounded(.up)) }

    static func roundedDown(_ units: Double) -> Int { Int((units + tolerance).rounded(.down)) }
}
