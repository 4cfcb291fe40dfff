import MeteModel
import MetePartition
import Testing

/// What holds in every plan for an instance whose guarantees fit, whatever its past.
func expectInvariants(
    of plan: PartitionPlan, for instance: Instance, _ context: Comment,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let byID = instance.claimants.sorted { $0.id < $1.id }
    #expect(plan.allotments.map(\.component) == byID.map(\.id), context, sourceLocation: sourceLocation)
    #expect(plan.shortfalls.isEmpty, context, sourceLocation: sourceLocation)

    let ceilings = byID.map(instance.ceiling)
    let allotted = plan.allotments.reduce(0) { $0 + $1.units }
    #expect(
        allotted == min(instance.units, ceilings.reduce(0, +)), "all is given away: \(context)",
        sourceLocation: sourceLocation)
    for (index, allotment) in plan.allotments.enumerated() {
        let floor = instance.floor(of: byID[index])
        #expect(allotment.units >= floor, "guarantee: \(context)", sourceLocation: sourceLocation)
        #expect(allotment.units <= ceilings[index], "maximum: \(context)", sourceLocation: sourceLocation)
        let amount = Double(allotment.units) * instance.unit
        #expect(allotment.amount == amount, context, sourceLocation: sourceLocation)
        let sum = allotment.grants.reduce(0) { $0 + $1.amount }
        #expect(sum == amount, "grants: \(allotment.grants) \(context)", sourceLocation: sourceLocation)
        for grant in allotment.grants where grant.claim != .rounding {
            #expect(grant.amount > 0, "\(allotment.grants) \(context)", sourceLocation: sourceLocation)
        }
        for grant in allotment.grants where grant.claim == .rounding {
            #expect(
                abs(grant.amount) < instance.unit, "\(allotment.grants) \(context)", sourceLocation: sourceLocation)
        }
    }
}

/// In a plan without a past, nobody has more than it needs while somebody lacks something, and no lower tier has more than
/// its guarantees while somebody lacks more than the fraction of a unit.
func expectNothingIdle(
    in plan: PartitionPlan, for instance: Instance, _ context: Comment,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let byID = instance.claimants.sorted { $0.id < $1.id }
    let wanted = byID.map { instance.need(of: $0) }
    for (index, allotment) in plan.allotments.enumerated() {
        let lack = wanted[index] - allotment.units
        for (other, holding) in plan.allotments.enumerated() where lack > 0 {
            #expect(holding.units <= wanted[other], "surplus: \(context)", sourceLocation: sourceLocation)
            if lack > 1, byID[other].priority < byID[index].priority {
                #expect(
                    holding.units == instance.floor(of: byID[other]), "tiers: \(context)",
                    sourceLocation: sourceLocation)
            }
        }
    }
}
