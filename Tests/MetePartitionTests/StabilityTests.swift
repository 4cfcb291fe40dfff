import MeteModel
import MetePartition
import Testing

/// Worked examples of plans with a past; amounts in units of 1, forecasts perfectly calibrated unless they say otherwise.
@Suite struct StabilityTests {
    /// A loop that plans tick after tick.
    struct Loop {
        var partition: Partition
        var capacity: Double
        var plan: PartitionPlan?

        init(capacity: Double, deadBand: Double = 0, slowDownTicks: Int = 3, changeCost: Double = 0) {
            self.capacity = capacity
            var stability = StabilityPolicy()
            stability.deadBand = deadBand
            stability.slowDownTicks = slowDownTicks
            stability.changeCost = changeCost
            partition = Partition(resource: .cpu, unit: 1, stability: stability)
        }

        @discardableResult
        mutating func tick(_ claimants: Claimant...) throws -> PartitionPlan {
            let next = try partition.plan(capacity: capacity, claimants: claimants, previous: plan)
            plan = next
            return next
        }

        /// Ticks until `name` first has other than `units`.
        mutating func ticksUntil(_ name: String, leaves units: Int, _ claimants: [Claimant]) throws -> Int? {
            for count in 1...1000 {
                plan = try partition.plan(capacity: capacity, claimants: claimants, previous: plan)
                if plan?[name]?.units != units { return count }
            }
            return nil
        }
    }

    @Test func lentGuaranteeIsBackInTheTickInWhichItIsWanted() throws {
        var loop = Loop(capacity: 16)
        let hog = claimant("hog", demand: 40, priority: 0)
        try loop.tick(hog, claimant("shop", demand: 0, guarantee: 6, priority: 100))
        #expect(loop.plan?.units == ["hog": 16, "shop": 0])
        let plan = try loop.tick(hog, claimant("shop", demand: 40, guarantee: 6, maximum: 6, priority: 100))
        #expect(plan.units == ["hog": 10, "shop": 6])
        #expect(plan["shop"]?.change == .raised)
        #expect(plan["hog"]?.change == .ceded)
    }

    @Test func surplusIsKeptForSlowDownTicksAndThenLent() throws {
        var loop = Loop(capacity: 12, slowDownTicks: 3)
        try loop.tick(claimant("a", demand: 10), claimant("b", demand: 2))
        #expect(loop.plan?.units == ["a": 10, "b": 2])
        for tick in 1...3 {
            let plan = try loop.tick(claimant("a", demand: 2), claimant("b", demand: 2))
            #expect(plan.units == ["a": 10, "b": 2])
            #expect(plan["a"]?.change == .slowDown)
            #expect(plan["a"]?.surplusTicks == tick)
            #expect(plan["a"]?.surplusUnits == 4)
            #expect(plan["a"]?.grants.last == Grant(claim: .kept, amount: 4))
        }
        let plan = try loop.tick(claimant("a", demand: 2), claimant("b", demand: 2))
        #expect(plan.units == ["a": 6, "b": 6])
        #expect(plan["a"]?.change == .released)
        #expect(plan["b"]?.change == .lent)
    }

    @Test func releasesOnlyWhatWasTooMuchAllTheTime() throws {
        var loop = Loop(capacity: 12, slowDownTicks: 3)
        try loop.tick(claimant("a", demand: 12), claimant("b", demand: 0))
        // Half of what it does not need is its own again: its targets are 11, 10 and 11.
        for demand in [10.0, 8, 10] { try loop.tick(claimant("a", demand: demand), claimant("b", demand: 0)) }
        // Its target falls to 6 now, but a tick ago it was only one less than what it holds.
        let plan = try loop.tick(claimant("a", demand: 0), claimant("b", demand: 0))
        #expect(plan.units == ["a": 11, "b": 1])
        #expect(plan["a"]?.surplusTicks == 1)
        #expect(plan["a"]?.surplusUnits == 5)
    }

    @Test func surplusGoesAtOnceToADemandThatWaits() throws {
        var loop = Loop(capacity: 12, slowDownTicks: 100)
        try loop.tick(claimant("a", demand: 10), claimant("b", demand: 2))
        let plan = try loop.tick(claimant("a", demand: 2), claimant("b", demand: 5))
        #expect(plan.units == ["a": 7, "b": 5])
        #expect(plan["b"]?.change == .raised)
        #expect(plan["a"]?.change == .ceded)
    }

    @Test func takesFromTheLowestTierFirstAndThenFromTheLargestSurplus() throws {
        var loop = Loop(capacity: 24, slowDownTicks: 100)
        // What nobody needs falls to `spare` for its weight, but not yet.
        let spare = claimant("spare", demand: 0, weight: 1000)
        try loop.tick(
            claimant("low", demand: 6, priority: 0), claimant("much", demand: 10), claimant("less", demand: 8),
            claimant("new", demand: 0, priority: 100), spare)
        #expect(loop.plan?.units == ["low": 6, "much": 10, "less": 8, "new": 0, "spare": 0])
        try loop.tick(
            claimant("low", demand: 4, priority: 0), claimant("much", demand: 4), claimant("less", demand: 4),
            claimant("new", demand: 5, priority: 100), spare)
        #expect(loop.plan?.units == ["low": 4, "much": 7, "less": 8, "new": 5, "spare": 0])
    }

    @Test(arguments: [(0.1, 20), (0.05, 19)])
    func equalsThatContendLetADifferenceWithinTheDeadBandBe(deadBand: Double, expected: Int) throws {
        var loop = Loop(capacity: 40, deadBand: deadBand, slowDownTicks: 1000)
        try loop.tick(claimant("a", demand: 80), claimant("b", demand: 80))
        #expect(loop.plan?.units == ["a": 20, "b": 20])
        // By weight it is now 19 to 21.
        let plan = try loop.tick(claimant("a", demand: 80), claimant("b", demand: 80, weight: 21.0 / 19))
        #expect(plan["a"]?.units == expected)
        #expect(plan["a"]?.change == (expected == 20 ? .slowDown : .ceded))
        #expect(plan["b"]?.change == (expected == 20 ? .deadBand : .raised))
    }

    @Test func aDemandThatCanBeMetIsMetWithinTheDeadBandToo() throws {
        var loop = Loop(capacity: 40, deadBand: 0.5)
        try loop.tick(claimant("a", demand: 10), claimant("b", demand: 80))
        let plan = try loop.tick(claimant("a", demand: 10.5), claimant("b", demand: 80))
        #expect(plan.units == ["a": 11, "b": 29])
    }

    @Test func aHigherTierIsNotHeldBackByTheDeadBand() throws {
        var loop = Loop(capacity: 40, deadBand: 0.5)
        let high = claimant("high", demand: 80, priority: 100)
        try loop.tick(high, claimant("low", demand: 80, guarantee: 4, priority: 0))
        let plan = try loop.tick(high, claimant("low", demand: 80, guarantee: 2, priority: 0))
        #expect(plan.units == ["high": 38, "low": 2])
    }

    @Test func smallLoansAreNotMoved() throws {
        var loop = Loop(capacity: 40, deadBand: 0.1, slowDownTicks: 2)
        try loop.tick(claimant("a", demand: 20), claimant("b", demand: 20))
        for _ in 0..<10 { try loop.tick(claimant("a", demand: 18), claimant("b", demand: 20)) }
        #expect(loop.plan?.units == ["a": 20, "b": 20])
        #expect(loop.plan?["a"]?.change == .deadBand)
        #expect(loop.plan?["b"]?.change == .deadBand)
    }

    /// Confidence 1/k when demand exceeded the forecast k times as often as promised; then a surplus is kept for
    /// slowDownTicks * (k - 1) ticks, and a price of two changes on top.
    @Test(arguments: [
        (0.95, 1_000_000, 0.0, 11), (0.90, 1_000_000, 0.0, 11), (0.85, 1_000_000, 0.0, 21),
        (0.80, 1_000_000, 0.0, 31), (0.0, 1_000_000, 0.0, 91), (0.95, 0, 0.0, 91), (0.95, 10, 0.0, 21),
        (.nan, 50, 0.0, 91), (0.80, 1_000_000, 2.0, 35),
    ])
    func poorForecastsHoldTheirSurplusLonger(
        coverage: Double, samples: Int, changeCost: Double, ticks: Int
    ) throws {
        var loop = Loop(capacity: 12, slowDownTicks: 10, changeCost: changeCost)
        try loop.tick(claimant("a", demand: 10), claimant("b", demand: 2))
        let after = [
            claimant("a", demand: 2, coverage: coverage, samples: samples), claimant("b", demand: 2),
        ]
        let waited = try #require(try loop.ticksUntil("a", leaves: 10, after))
        // The quotient that decides is a whole number here, give or take a rounding.
        #expect((ticks - 1...ticks + 1).contains(waited), "\(waited)")
        #expect(loop.plan?.units == ["a": 6, "b": 6])
    }

    @Test func newcomersTakeTheirNeedAtOnceAndLeaversFreeTheirsAtOnce() throws {
        var loop = Loop(capacity: 12, slowDownTicks: 100)
        try loop.tick(claimant("a", demand: 2), claimant("b", demand: 2))
        #expect(loop.plan?.units == ["a": 6, "b": 6])
        try loop.tick(claimant("a", demand: 2), claimant("b", demand: 2), claimant("c", demand: 3))
        #expect(loop.plan?["c"]?.units == 3)
        #expect(loop.plan?["c"]?.change == .first)
        let plan = try loop.tick(claimant("a", demand: 2), claimant("b", demand: 2))
        #expect(plan.units == ["a": 6, "b": 6])
    }

    @Test func aSmallerCapacityCutsAtOnceAndALargerOneIsLentAtOnce() throws {
        var loop = Loop(capacity: 12, deadBand: 0.9, slowDownTicks: 100)
        let claimants = (claimant("a", demand: 2, guarantee: 2), claimant("b", demand: 2))
        try loop.tick(claimants.0, claimants.1)
        loop.capacity = 7
        #expect(try loop.tick(claimants.0, claimants.1).units == ["a": 4, "b": 3])
        loop.capacity = 14
        let plan = try loop.tick(claimants.0, claimants.1)
        #expect(plan.units == ["a": 7, "b": 7])
        #expect(plan["b"]?.change == .lent)
    }

    @Test func aLoweredMaximumCutsAtOnce() throws {
        var loop = Loop(capacity: 12, slowDownTicks: 100)
        try loop.tick(claimant("a", demand: 10), claimant("b", demand: 2))
        let plan = try loop.tick(claimant("a", demand: 10, maximum: 4), claimant("b", demand: 2))
        #expect(plan.units == ["a": 4, "b": 8])
        #expect(plan["a"]?.change == .ceded)
    }

    @Test func aPlanInOtherUnitsIsTakenAtItsAmounts() throws {
        var loop = Loop(capacity: 12, slowDownTicks: 100)
        try loop.tick(claimant("a", demand: 10), claimant("b", demand: 2))
        loop.partition.unit = 0.5
        let plan = try loop.tick(claimant("a", demand: 6), claimant("b", demand: 2))
        #expect(plan.units == ["a": 20, "b": 4])
    }
}
