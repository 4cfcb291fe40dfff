package import MeteModel

/// What a component was given of one resource, and the reason for every part of it.
package struct AllotmentReport: Equatable, Sendable, Codable {
    /// In the resource's measure; cores for CPU.
    package var amount: Double
    package var units: Int
    /// The forecast that was planned for, at the quantile of the component's class.
    package var plannedDemand: Double
    /// Who made that forecast.
    package var source: ForecastSource
    /// In the order in which claims are served; they sum to the amount.
    package var grants: [GrantReport]
    package var change: Change
    /// `change` in words.
    package var changeReason: String

    package init(
        amount: Double, units: Int, plannedDemand: Double, source: ForecastSource, grants: [GrantReport], change: Change
    ) {
        self.amount = amount
        self.units = units
        self.plannedDemand = plannedDemand
        self.source = source
        self.grants = grants
        self.change = change
        changeReason = change.words
    }

    package init(_ allotment: Allotment) {
        self.init(
            amount: allotment.amount, units: allotment.units, plannedDemand: allotment.plannedDemand,
            source: allotment.source, grants: allotment.grants.map(GrantReport.init), change: allotment.change)
    }
}

/// Part of an allotment and the claim that it was granted on.
package struct GrantReport: Equatable, Sendable, Codable {
    /// `guarantee`, `forecast`, `measured`, `surplus`, `rounding` or `kept`.
    package var claim: String
    /// The quantile of a `forecast` claim.
    package var quantile: Double?
    package var amount: Double
    /// The claim in words.
    package var reason: String

    package init(_ grant: Grant) {
        claim = grant.claim.code
        if case .forecast(let quantile) = grant.claim { self.quantile = quantile }
        amount = grant.amount
        reason = grant.claim.words
    }
}
