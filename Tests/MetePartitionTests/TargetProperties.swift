import MeteModel
import MetePartition
import SeededRandom
import Testing

/// What holds in every plan without a past, over seeded random instances.
@Suite struct TargetProperties {
    @Test(arguments: UInt64(0)..<8)
    func keepsTheInvariants(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for round in 0..<250 {
            let instance = Instance.random(&random)
            let plan = try instance.partition.plan(capacity: instance.capacity, claimants: instance.claimants)
            expectInvariants(of: plan, for: instance, "seed \(seed), round \(round)")
            expectNothingIdle(in: plan, for: instance, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: UInt64(0)..<4)
    func doesNotDependOnTheOrderOfTheClaimants(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            var instance = Instance.random(&random)
            let first = try instance.partition.plan(capacity: instance.capacity, claimants: instance.claimants)
            let again = try instance.partition.plan(capacity: instance.capacity, claimants: instance.claimants)
            #expect(first == again)
            instance.breathe(everybody: false, &random)
            let next = try instance.partition.plan(
                capacity: instance.capacity, claimants: instance.claimants, previous: first)
            let shuffled = try instance.partition.plan(
                capacity: instance.capacity, claimants: instance.claimants.shuffled(using: &random), previous: first)
            #expect(next == shuffled)
        }
    }

    @Test(arguments: UInt64(0)..<8)
    func raisingAGuaranteeNeverLowersItsOwnersAllotment(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var raised = 0
        for round in 0..<400 {
            var instance = Instance.random(&random)
            let before = try instance.partition.plan(capacity: instance.capacity, claimants: instance.claimants)
            let lucky = Int.random(in: instance.claimants.indices, using: &random)
            // Beyond what the capacity holds too, where guarantees are scaled.
            instance.claimants[lucky].guarantee += Double.random(in: 0...12, using: &random) * instance.unit
            instance.claimants[lucky].maximum = instance.claimants[lucky].maximum.map {
                max($0, instance.claimants[lucky].guarantee)
            }
            let after = try instance.partition.plan(capacity: instance.capacity, claimants: instance.claimants)
            let name = instance.claimants[lucky].id.name
            let (had, has) = (before[name]?.units ?? 0, after[name]?.units ?? 0)
            #expect(has >= had, "seed \(seed), round \(round), \(name)")
            raised += has > had ? 1 : 0
        }
        #expect(raised > 20, "the instances put the property to the test")
    }

    @Test(arguments: UInt64(0)..<4)
    func sharesATierWithinAUnitOfWeightedMaxMin(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var contended = 0
        for round in 0..<200 {
            let instance = Instance.random(&random)
            let plan = try instance.partition.plan(capacity: instance.capacity, claimants: instance.claimants)
            let byID = instance.claimants.sorted { $0.id < $1.id }
            for (poor, allotment) in zip(byID, plan.allotments)
            where allotment.units + 1 < instance.need(of: poor) {
                contended += 1
                for (rich, other) in zip(byID, plan.allotments)
                where rich.priority == poor.priority && other.units > instance.floor(of: rich) {
                    // Each is within a unit of the common level times its weight.
                    let most = Double(allotment.units + 1) / poor.weight
                    #expect(Double(other.units - 1) / rich.weight < most + 1e-6, "seed \(seed), round \(round)")
                }
            }
        }
        #expect(contended > 50)
    }

    @Test(arguments: UInt64(0)..<4)
    func namesEveryShortfallOfAShrunkenCapacity(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var short = 0
        for round in 0..<200 {
            let instance = Instance.random(&random)
            let capacity = instance.capacity * Double.random(in: 0...0.5, using: &random)
            let plan = try instance.partition.plan(capacity: capacity, claimants: instance.claimants)
            let units = Int((capacity / instance.unit + 1e-9).rounded(.down))
            #expect(plan.allotments.reduce(0) { $0 + $1.units } <= units)
            let byID = instance.claimants.sorted { $0.id < $1.id }
            let lacking = zip(byID, plan.allotments).filter { $1.units < instance.floor(of: $0) }.map(\.0.id)
            #expect(plan.shortfalls.map(\.component) == lacking, "seed \(seed), round \(round)")
            for shortfall in plan.shortfalls { #expect(shortfall.planned < shortfall.wanted) }
            short += lacking.count
        }
        #expect(short > 20)
    }
}
