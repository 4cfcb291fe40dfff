import MeteModel

/// What comes in: checked, put in order, and brought into units.
extension Partition {
    /// Whole units that the capacity holds.
    func wholeUnits(in capacity: Double) throws(PartitionError) -> Int {
        guard capacity.isFinite else { throw .capacity(capacity) }
        guard unit > 0, unit.isFinite, capacity / unit <= Double(Self.mostUnits) else {
            throw .unit(unit, capacity: capacity)
        }
        return Share.roundedDown(Self.measured(capacity) / unit)
    }

    func checkStability() throws(PartitionError) {
        guard stability.deadBand >= 0, stability.deadBand.isFinite else {
            throw .stability(field: "deadBand", value: stability.deadBand, allowed: "a finite share, 0 or more")
        }
        guard stability.changeCost >= 0, stability.changeCost.isFinite else {
            throw .stability(field: "changeCost", value: stability.changeCost, allowed: "finite, 0 or more")
        }
        guard stability.slowDownTicks >= 0 else {
            throw .stability(
                field: "slowDownTicks", value: Double(stability.slowDownTicks), allowed: "0 or more")
        }
    }

    func share(of claimant: Claimant, units: Int) throws(PartitionError) -> Share {
        guard Claimant.weights.contains(claimant.weight) else {
            let range = "from \(Claimant.weights.lowerBound) to \(Claimant.weights.upperBound)"
            throw .claimant(claimant.id, field: "weight", value: claimant.weight, allowed: range)
        }
        guard claimant.guarantee >= 0, claimant.guarantee / unit <= Double(Self.mostUnits) else {
            let range = "from 0 to \(Self.mostUnits) units of \(unit)"
            throw .claimant(claimant.id, field: "guarantee", value: claimant.guarantee, allowed: range)
        }
        if let maximum = claimant.maximum, !(maximum >= claimant.guarantee && maximum.isFinite) {
            let range = "finite and at least the guarantee of \(claimant.guarantee), or left out"
            throw .claimant(claimant.id, field: "maximum", value: maximum, allowed: range)
        }
        let ceiling = ceiling(of: claimant, units: units)
        let most = Double(ceiling)
        let forecast = Self.measured(claimant.forecast.value(at: claimant.class.planningQuantile)) / unit
        let demand = max(forecast, Self.measured(claimant.measured) / unit)
        return Share(
            priority: claimant.priority, weight: claimant.weight, forecast: min(forecast, most),
            demand: min(demand, most), guaranteed: min(demand, claimant.guarantee / unit), ceiling: ceiling,
            confidence: Confidence(claimant.calibration).value)
    }

    /// The maximum in whole units: rounded down, but neither below one unit nor below the guarantee rounded up, and at
    /// most all there is.
    private func ceiling(of claimant: Claimant, units: Int) -> Int {
        guard let maximum = claimant.maximum else { return units }
        guard maximum > 0 else { return 0 }
        let capacity = Double(units)
        let guarantee = Share.roundedUp(min(claimant.guarantee / unit, capacity))
        return min(units, max(1, guarantee, Share.roundedDown(min(maximum / unit, capacity))))
    }

    /// Enters what the previous plan gave, by walking down both lists, which are in the same order.
    func recall(
        _ previous: PartitionPlan, for shares: inout [Share], of claimants: [Claimant], in order: [Int]
    ) throws(PartitionError) {
        guard previous.resource == resource else {
            throw .previousResource(previous.resource, expected: resource)
        }
        let old = previous.allotments
        if let late = old.indices.dropFirst().first(where: { !(old[$0 - 1].component < old[$0].component) }) {
            throw .previousOrder(old[late].component)
        }
        var next = old.startIndex
        for (index, claimant) in order.enumerated() {
            let id = claimants[claimant].id
            while next < old.endIndex, old[next].component < id { next += 1 }
            guard next < old.endIndex, old[next].component == id else { continue }
            let allotment = old[next]
            shares[index].previous = previousUnits(of: allotment, in: previous)
            shares[index].surplusTicks = min(max(0, allotment.surplusTicks), Share.longestPatience)
            shares[index].surplusUnits = max(0, allotment.surplusUnits)
        }
    }

    private func previousUnits(of allotment: Allotment, in plan: PartitionPlan) -> Int {
        let units = plan.unit == unit ? Double(allotment.units) : allotment.amount / unit
        return Share.roundedDown(min(max(0, units), Double(Self.mostUnits)))
    }
}
