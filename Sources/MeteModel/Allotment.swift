/// The claim that a part of an allotment was granted on, in the order in which claims are served.
package enum Claim: Equatable, Sendable, Codable {
    /// The guarantee, up to demand.
    case guarantee
    /// Forecast demand at this quantile.
    case forecast(quantile: Double)
    /// Demand measured in the last window that exceeds the forecast.
    case measured
    /// What nobody claimed, lent by weight.
    case surplus
    /// Whole units: positive when rounded up, negative when rounded down.
    case rounding
    /// Kept from the previous plan because a change would not pay.
    case kept
}

/// Part of an allotment and the claim that produced it.
package struct Grant: Equatable, Sendable, Codable {
    package var claim: Claim
    /// In the resource's measure; the grants of an allotment sum to its amount.
    package var amount: Double

    package init(claim: Claim, amount: Double) {
        self.claim = claim
        self.amount = amount
    }
}

/// Whether and why an allotment differs from the one before.
package enum Change: String, Equatable, Sendable, Codable {
    /// There was none before.
    case first
    /// As before: the target is the same.
    case same
    /// As before: the difference is within the dead band.
    case deadBand
    /// As before: too large, but not for long enough yet.
    case slowDown
    /// As before: the expected gain does not exceed the cost.
    case notWorthIt
    /// Raised, because a guarantee or an unmet demand asked for it.
    case raised
    /// Raised, because it was free.
    case lent
    /// Cut, because another component's claim comes first, or the capacity or its maximum became smaller.
    case ceded
    /// Cut, because it has been too large for long enough.
    case released
}

/// What one component gets of one resource, and why.
package struct Allotment: Equatable, Sendable, Codable {
    package var component: ComponentID
    package var resource: Resource
    /// Whole units.
    package var units: Int
    /// Units times the size of a unit, in the resource's measure.
    package var amount: Double
    package var grants: [Grant]
    package var change: Change
    /// Ticks for which `units` has exceeded the target; state of the slow cut.
    package var surplusTicks: Int
    /// Units by which it has exceeded the target in every one of those ticks; what a slow cut takes.
    package var surplusUnits: Int
    /// The forecast that was planned for, as a value at the class's quantile.
    package var plannedDemand: Double
    /// Who made that forecast.
    package var source: ForecastSource

    package init(
        component: ComponentID, resource: Resource, units: Int, amount: Double, grants: [Grant], change: Change,
        surplusTicks: Int, surplusUnits: Int = 0, plannedDemand: Double, source: ForecastSource
    ) {
        self.component = component
        self.resource = resource
        self.units = units
        self.amount = amount
        self.grants = grants
        self.change = change
        self.surplusTicks = surplusTicks
        self.surplusUnits = surplusUnits
        self.plannedDemand = plannedDemand
        self.source = source
    }
}

/// One allotment per component for one resource, ordered by component.
package struct PartitionPlan: Equatable, Sendable, Codable {
    package var resource: Resource
    /// What there was to share, in the resource's measure.
    package var capacity: Double
    /// Size of a unit, in the resource's measure.
    package var unit: Double
    package var allotments: [Allotment]
    /// Guarantees that could not be planned in full because the capacity shrank below their sum; empty otherwise.
    package var shortfalls: [Shortfall]

    package init(
        resource: Resource, capacity: Double, unit: Double, allotments: [Allotment], shortfalls: [Shortfall] = []
    ) {
        self.resource = resource
        self.capacity = capacity
        self.unit = unit
        self.allotments = allotments
        self.shortfalls = shortfalls
    }
}

/// A guarantee that the capacity of the moment cannot hold.
package struct Shortfall: Equatable, Sendable, Codable {
    package var component: ComponentID
    /// What min(demand, guarantee) asks for and what was planned, in the resource's measure.
    package var wanted: Double
    package var planned: Double

    package init(component: ComponentID, wanted: Double, planned: Double) {
        self.component = component
        self.wanted = wanted
        self.planned = planned
    }
}
