import MeteModel
import MetePartition
import SeededRandom
import Testing

/// What holds however long the past is, over seeded random instances whose demands come and go.
@Suite struct StabilityProperties {
    static let policies: [StabilityPolicy] = [(0.1, 20, 0.02), (0, 0, 0), (0.5, 3, 1), (2, 1, 0)].map {
        var policy = StabilityPolicy()
        (policy.deadBand, policy.slowDownTicks, policy.changeCost) = $0
        return policy
    }

    @Test(arguments: policies, UInt64(0)..<6)
    func keepsTheInvariantsTickAfterTick(_ stability: StabilityPolicy, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for round in 0..<10 {
            var instance = Instance.random(&random)
            var partition = instance.partition
            partition.stability = stability
            var previous: PartitionPlan?
            for tick in 0..<60 {
                let context: Comment = "seed \(seed), round \(round), tick \(tick)"
                let plan = try partition.plan(
                    capacity: instance.capacity, claimants: instance.claimants, previous: previous)
                expectInvariants(of: plan, for: instance, context)
                try expectFastUp(in: plan, after: previous, for: instance, context)
                previous = plan
                // Some come and go, and the order in which they claim changes.
                instance.breathe(everybody: false, &random)
                instance.claimants.shuffle(using: &random)
                if Int.random(in: 0..<10, using: &random) == 0 { previous?.allotments.removeFirst() }
            }
        }
    }

    /// Every component is between where it was and where a plan without a past would have it, and a demand that such a
    /// plan meets is met.
    private func expectFastUp(
        in plan: PartitionPlan, after previous: PartitionPlan?, for instance: Instance, _ context: Comment
    ) throws {
        let fresh = try instance.partition.plan(capacity: instance.capacity, claimants: instance.claimants)
        let byID = instance.claimants.sorted { $0.id < $1.id }
        for (claimant, (allotment, target)) in zip(byID, zip(plan.allotments, fresh.allotments)) {
            let before = min(previous?[claimant.id.name]?.units ?? 0, instance.ceiling(of: claimant))
            let between = min(before, target.units)...max(before, target.units)
            #expect(between.contains(allotment.units), context)
            let need = instance.need(of: claimant)
            if target.units >= need { #expect(allotment.units >= need, context) }
            #expect(allotment.units > target.units || allotment.surplusTicks == 0, context)
        }
    }

    @Test(arguments: policies, UInt64(0)..<6)
    func settlesWhenTheInputIsConstant(_ stability: StabilityPolicy, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for round in 0..<10 {
            var instance = Instance.random(&random)
            var partition = instance.partition
            partition.stability = stability
            var plan = try partition.plan(capacity: instance.capacity, claimants: instance.claimants)
            instance.breathe(everybody: true, &random)
            // The longest patience: one unit at the least confidence.
            let price = 2 * stability.changeCost / instance.unit + Double(stability.slowDownTicks)
            for _ in 0..<Int(price / 0.1) + 3 {
                plan = try partition.plan(capacity: instance.capacity, claimants: instance.claimants, previous: plan)
            }
            for _ in 0..<3 {
                let next = try partition.plan(
                    capacity: instance.capacity, claimants: instance.claimants, previous: plan)
                #expect(next == plan, "seed \(seed), round \(round)")
                plan = next
            }
        }
    }

    @Test(arguments: UInt64(0)..<4)
    func withoutADeadBandItSettlesOnThePlanThatHasNoPast(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for round in 0..<20 {
            var instance = Instance.random(&random)
            var partition = instance.partition
            partition.stability.deadBand = 0
            partition.stability.slowDownTicks = 2
            partition.stability.changeCost = 0
            var plan = try partition.plan(capacity: instance.capacity, claimants: instance.claimants)
            instance.breathe(everybody: true, &random)
            for _ in 0..<60 {
                plan = try partition.plan(capacity: instance.capacity, claimants: instance.claimants, previous: plan)
            }
            let fresh = try partition.plan(capacity: instance.capacity, claimants: instance.claimants)
            #expect(plan.units == fresh.units, "seed \(seed), round \(round)")
        }
    }
}
