// The partition of one resource between components.
//
// What it is for. Given the capacity of the moment, what the policy promises everybody and what everybody is expected to
// need in the next window, say how many units of the resource each component gets, and on which claim. It knows nothing
// of CPUs, clocks or kernels: capacity, guarantees and demands are numbers in one measure, and a unit is the grain of an
// allotment in that measure. The same input gives the same plan to the byte, whatever the order of the claimants.
//
// The target. Claims are served in turn, each from what those before it have left (`ClaimStep`):
//
//   1. Guarantees, up to demand. Demand is the forecast at the quantile of the component's class, or what was measured in
//      the last window if that is more. A guarantee is served in whole units, rounded up, so that no later rounding can
//      undercut it. A guarantee that nobody wants now is not set aside: it is lent, and its owner gets it back in the very
//      plan in which its demand returns.
//   2. Demand above the guarantees, tier by tier, higher priority first. The first tier that does not fit shares what is
//      left by weighted max-min fairness: water is poured until all stand at one level per weight, except those who need
//      less, and those whose guarantee holds them above it (`WaterLevel`).
//   3. What is left, which nobody is expected to need, by weight: first to round demands up to whole units, then up to
//      everybody's maximum.
//
// These are fractions of units; the largest remainders are rounded up, in whole (`Ledger.apportion`). Say 16 units (two
// cores of eight), `shop` with a guarantee of 4 and a demand of 5.5 in tier 100, `logs` with a demand of 2 and `batch` with
// one of 40 in tier 10, all of weight 1. Step 1 gives shop 4. Step 2 gives shop 1.5 more; tier 10 has 10.5 left for 42:
// logs gets its 2 and batch the other 8.5. Step 3 has nothing. The remainders of shop and batch are both 0.5 and one unit
// is to be had: batch comes first by name. So 9 batch, 2 logs, 5 shop.
//
// From the previous plan to the target (`Ledger.settle`). A target follows every breath of the forecasts; a plan must not,
// for a change costs something, and a forecast may be wrong.
//
//   * Fast up. Who lacks something that the target gives it on claim 1 or 2 gets it now, from those above their targets,
//     the lowest tier first, in it the one with most to spare.
//   * Slow down. Who has too much keeps it for `slowDownTicks`, and longer the less its forecast has deserved confidence
//     (`Confidence`, `Share.patience`). Then what was too much in every one of those ticks goes to those below theirs.
//   * Dead band. What would change both sides by less than `deadBand` of what they have is left alone, unless a guarantee,
//     a demand that can be met in full, or a higher tier asks for it.
//
// So every component ends between where it was (cut to its maximum, if need be) and its target, and the sum stays. That is
// why the invariants survive the past: the sum is the capacity; nobody is above its maximum, since neither end is; nobody
// is below its guarantee up to demand, since below the target it is raised at once; no unit is idle while somebody could
// take it.
//
// When the promises do not fit. A policy whose guarantees, rounded up to units, exceed the capacity is refused where it is
// loaded, but a capacity can shrink afterwards (steal). Then the higher tiers keep theirs, the first tier that does not fit
// shares in proportion, and who got less than promised is named in the plan's `shortfalls`.
//
// Maxima and units. A maximum is rounded down to whole units, but not below one unit (or its component could never run)
// and not below the guarantee rounded up. The cap in force is the policy's number, not the plan's, so neither exception
// lets a component use more than its maximum.
//
// What it costs. O(n log n) for n components: one sort each of names (none if they come sorted), tiers, bends and
// remainders, and in the worst case of those who take and give. One allocation per component, for its grants.
//
// What it does not do. It does not know when a forecast expires (whoever calls it hands over the fallback's instead), nor
// whether a plan did any good, nor where a component runs; and it does not move a whole plan at once to save changes.

package import MeteModel

/// Divides one resource between components.
package struct Partition: Sendable {
    /// The most units a capacity may hold, for which all sums are exact enough to round rightly.
    package static let mostUnits = 1 << 24

    package var resource: Resource
    /// Size of a unit, in the resource's measure.
    package var unit: Double
    package var stability: StabilityPolicy

    package init(resource: Resource, unit: Double, stability: StabilityPolicy = StabilityPolicy()) {
        self.resource = resource
        self.unit = unit
        self.stability = stability
    }

    /// The plan for the next window.
    ///
    /// Measured numbers never make it fail: a demand that is negative or no number counts as 0, an infinite one as all it
    /// may have, a calibration out of its range as the least confidence, a negative capacity as none. A fraction of a unit of
    /// capacity is not given away. Components that `previous` does not name start from nothing; those that only `previous`
    /// names have left. A previous plan in other units is taken at its amounts, rounded down.
    ///
    /// - Parameters:
    ///   - capacity: What there is to share, in the resource's measure.
    ///   - claimants: In any order; no id twice.
    ///   - previous: The plan in force, or nil for a plan without a past.
    /// - Throws: `PartitionError` for what a policy loader or the caller should have refused.
    package func plan(
        capacity: Double, claimants: [Claimant], previous: PartitionPlan? = nil
    ) throws(PartitionError) -> PartitionPlan {
        let units = try wholeUnits(in: capacity)
        try checkStability()
        let order = try NameOrder(of: claimants).indices
        var shares: [Share] = []
        shares.reserveCapacity(order.count)
        for index in order { shares.append(try share(of: claimants[index], units: units)) }
        if let previous { try recall(previous, for: &shares, of: claimants, in: order) }

        var ledger = Ledger(shares: shares, units: units)
        for step in ClaimStep.allCases { step.serve(from: &ledger) }
        ledger.apportion()
        ledger.settle(under: stability, unit: unit)
        return written(ledger, capacity: capacity, claimants: claimants, order: order)
    }

    /// The plan as its readers see it.
    private func written(
        _ ledger: Ledger, capacity: Double, claimants: [Claimant], order: [Int]
    ) -> PartitionPlan {
        let grants = Grants(unit: unit)
        var plan = PartitionPlan(resource: resource, capacity: capacity, unit: unit, allotments: [])
        plan.allotments.reserveCapacity(order.count)
        for (share, index) in zip(ledger.shares, order) {
            let claimant = claimants[index]
            let quantile = claimant.class.planningQuantile
            let planned = Self.measured(claimant.forecast.value(at: quantile))
            plan.allotments.append(
                Allotment(
                    component: claimant.id, resource: resource, units: share.units,
                    amount: Double(share.units) * unit, grants: grants.explain(share, quantile: quantile),
                    change: share.change, surplusTicks: share.surplusTicks, surplusUnits: share.surplusUnits,
                    plannedDemand: planned.isFinite ? planned : share.forecast * unit, source: claimant.source))
            if share.units < share.floor {
                plan.shortfalls.append(
                    Shortfall(
                        component: claimant.id, wanted: share.guaranteed * unit, planned: Double(share.units) * unit))
            }
        }
        return plan
    }

    /// A measured number as the partition takes it.
    static func measured(_ value: Double) -> Double {
        value > 0 ? value : 0
    }
}
