import MeteModel

/// The state of the slow cut: for how long a share has been too large, and by how much at least.
extension Share {
    /// Ticks that stand for ever.
    static let longestPatience = 1 << 30

    /// Ticks for which a surplus is kept before it is lent to others.
    ///
    /// Giving up s surplus units is worth s units a tick to others for as long as the forecast that calls them surplus is
    /// right, and costs the overhead of two changes, and s units for as long as one waits before giving them up if it is
    /// wrong. Keep them until what keeping has cost, weighed by the confidence c, exceeds that:
    ///
    ///     ticks * s * c > 2 * changeCost + (1 - c) * s * slowDownTicks        and at least slowDownTicks.
    ///
    /// s is in the resource's measure, and the tick that decides counts. To wait until the regret equals the price is the
    /// rule of the ski-rental problem (Karlin, Manasse, Rudolph, Sleator: Competitive snoopy caching, 1988).
    func patience(_ stability: StabilityPolicy, unit: Double) -> Int {
        let surplus = Double(surplusUnits) * unit
        let price = 2 * stability.changeCost / surplus + (1 - confidence) * Double(stability.slowDownTicks)
        let ticks = (price / confidence).rounded(.down)
        return min(Self.longestPatience, max(stability.slowDownTicks, Int(min(ticks, Double(Self.longestPatience)))))
    }

    /// Brings the state up to date before the surplus of this tick is counted, and after a cut of `cut` units.
    mutating func watch(cut: Int) {
        surplusUnits = min(surplusUnits - cut, excess)
        if surplusUnits <= 0 {
            surplusTicks = 0
            surplusUnits = max(0, excess)
        }
    }

    /// Whether what is too much has been so for long enough to be lent.
    var isRipe: Bool { excess > 0 && surplusTicks >= patience }

    /// Ends the tick: counts it if there is a surplus, and says of what has not changed why not.
    mutating func close(_ stability: StabilityPolicy) {
        if previous == nil {
            change = .first
        } else if units == previous {
            change = reasonToStay(stability)
        }
        // Once ripe, further ticks decide nothing; not counting them lets a settled plan repeat itself to the byte.
        surplusTicks = excess > 0 ? min(surplusTicks + 1, max(1, patience)) : 0
    }

    private func reasonToStay(_ stability: StabilityPolicy) -> Change {
        if excess == 0 { return .same }
        if excess < 0 {
            return Double(-excess) < stability.deadBand * Double(units) ? .deadBand : .notWorthIt
        }
        if surplusTicks < stability.slowDownTicks { return .slowDown }
        return surplusTicks < patience ? .notWorthIt : .deadBand
    }
}
