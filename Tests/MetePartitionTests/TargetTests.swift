import MeteModel
import MetePartition
import Testing

/// Worked examples of plans without a past; amounts in units of 1.
@Suite struct TargetTests {
    struct Example: CustomTestStringConvertible {
        var testDescription: String
        var capacity: Double
        var claimants: [Claimant]
        var units: [String: Int]

        init(_ description: String, capacity: Double, _ claimants: [Claimant], gives units: [String: Int]) {
            testDescription = description
            self.capacity = capacity
            self.claimants = claimants
            self.units = units
        }
    }

    @Test(arguments: [
        Example("nobody", capacity: 4, [], gives: [:]),
        Example("one takes all", capacity: 4, [claimant("a", demand: 0)], gives: ["a": 4]),
        Example("fractions of capacity are not given away", capacity: 4.9, [claimant("a", demand: 9)], gives: ["a": 4]),
        Example("no capacity", capacity: -1, [claimant("a", demand: 9)], gives: ["a": 0]),
        Example(
            "the example of the essay", capacity: 16,
            [
                claimant("shop", demand: 5.5, guarantee: 4, priority: 100),
                claimant("batch", demand: 40, priority: 10), claimant("logs", demand: 2, priority: 10),
            ], gives: ["shop": 5, "logs": 2, "batch": 9]),
        Example(
            "a guarantee comes before a higher tier", capacity: 8,
            [claimant("high", demand: 40, priority: 100), claimant("low", demand: 40, guarantee: 3, priority: 0)],
            gives: ["high": 5, "low": 3]),
        Example(
            "a guarantee is rounded up in whole units", capacity: 8,
            [claimant("high", demand: 40, priority: 100), claimant("low", demand: 40, guarantee: 2.1, priority: 0)],
            gives: ["high": 5, "low": 3]),
        Example(
            "an unwanted guarantee is lent", capacity: 8,
            [claimant("hog", demand: 40), claimant("quiet", demand: 0.5, guarantee: 6)], gives: ["hog": 7, "quiet": 1]),
        Example(
            "weights divide a tier that does not fit", capacity: 12,
            [claimant("a", demand: 40), claimant("b", demand: 40, weight: 2), claimant("c", demand: 40, weight: 3)],
            gives: ["a": 2, "b": 4, "c": 6]),
        Example(
            "who needs less than its part leaves the rest to the others", capacity: 12,
            [claimant("a", demand: 1), claimant("b", demand: 40), claimant("c", demand: 4)],
            gives: ["a": 1, "b": 7, "c": 4]),
        Example(
            "a guarantee counts as part of the fair part", capacity: 12,
            [claimant("a", demand: 40, guarantee: 3), claimant("b", demand: 40), claimant("c", demand: 40)],
            gives: ["a": 4, "b": 4, "c": 4]),
        Example(
            "a guarantee above the fair part lowers the level", capacity: 12,
            [claimant("a", demand: 40, guarantee: 6), claimant("b", demand: 40), claimant("c", demand: 40)],
            gives: ["a": 6, "b": 3, "c": 3]),
        Example(
            "the rest is lent by weight up to the maxima", capacity: 20,
            [
                claimant("a", demand: 2, maximum: 4), claimant("b", demand: 2), claimant("c", demand: 2, weight: 3),
            ], gives: ["a": 4, "b": 5, "c": 11]),
        Example(
            "all at their maxima leave the rest", capacity: 20,
            [claimant("a", demand: 40, maximum: 4), claimant("b", demand: 0, maximum: 5.9)], gives: ["a": 4, "b": 5]),
        Example(
            "a maximum is not below a unit", capacity: 20,
            [claimant("a", demand: 1, maximum: 0.5), claimant("b", demand: 40, maximum: 0)], gives: ["a": 1, "b": 0]),
        Example(
            "a maximum is not below the guarantee rounded up", capacity: 20,
            [claimant("a", demand: 40, guarantee: 2.5, maximum: 2.8), claimant("b", demand: 40)],
            gives: ["a": 3, "b": 17]),
        Example(
            "a demand's last unit comes before lending", capacity: 10,
            [claimant("a", demand: 5.1), claimant("b", demand: 1, weight: 1000)], gives: ["a": 6, "b": 4]),
        Example(
            "the largest remainder is rounded up", capacity: 10,
            [claimant("a", demand: 40, weight: 1), claimant("b", demand: 40, weight: 2)], gives: ["a": 3, "b": 7]),
        Example(
            "equal remainders go by name", capacity: 11,
            [claimant("c", demand: 40), claimant("b", demand: 40), claimant("a", demand: 40)],
            gives: ["a": 4, "b": 4, "c": 3]),
        Example(
            "many small demands of a high tier do not take a unit each", capacity: 4,
            [
                claimant("hog", demand: 40, priority: 0), claimant("x", demand: 0.01), claimant("y", demand: 0.01),
                claimant("z", demand: 0.01),
            ], gives: ["hog": 4, "x": 0, "y": 0, "z": 0]),
    ])
    func gives(_ example: Example) throws {
        let plan = try Partition(resource: .cpu, unit: 1).plan(
            capacity: example.capacity, claimants: example.claimants)
        #expect(plan.units == example.units)
        #expect(plan.allotments.allSatisfy { $0.change == .first })
    }

    @Test func plansForTheQuantileOfTheClass() throws {
        let forecast = Quantiles(median: 1, p90: 2, p95: 3, p99: 4)
        let claimants = ComponentClass.allCases.map {
            Claimant(
                id: ComponentID($0.rawValue), class: $0, priority: 0, forecast: forecast, source: .decayedPeak,
                measured: 0)
        }
        let plan = try Partition(resource: .cpu, unit: 1).plan(capacity: 9, claimants: claimants)
        #expect(plan.units == ["latency": 4, "throughput": 3, "batch": 1, "idle": 1])
        #expect(plan["latency"]?.grants == [Grant(claim: .forecast(quantile: 0.99), amount: 4)])
        #expect(plan["throughput"]?.plannedDemand == 3)
        #expect(plan["batch"]?.source == .decayedPeak)
    }

    @Test func measuredDemandThatExceedsTheForecastIsServed() throws {
        var surprised = claimant("surprised", demand: 2, guarantee: 1)
        surprised.measured = 5
        let plan = try Partition(resource: .cpu, unit: 1).plan(
            capacity: 8, claimants: [surprised, claimant("hog", demand: 40, priority: 0)])
        #expect(
            plan["surprised"]?.grants == [
                Grant(claim: .guarantee, amount: 1), Grant(claim: .forecast(quantile: 0.95), amount: 1),
                Grant(claim: .measured, amount: 3),
            ])
    }

    @Test func everyPartOfAnAllotmentNamesItsClaim() throws {
        let plan = try Partition(resource: .cpu, unit: 0.125).plan(
            capacity: 2, claimants: [claimant("a", demand: 0.45, guarantee: 0.3), claimant("b", demand: 0.25)])
        // Demands in whole units are 4 and 2 of 16; the other 10 are lent in halves.
        #expect(plan.units == ["a": 9, "b": 7])
        let grants = try #require(plan["a"]?.grants)
        #expect(grants.map(\.claim) == [.guarantee, .forecast(quantile: 0.95), .surplus, .rounding])
        for (grant, expected) in zip(grants, [0.3, 0.15, 0.625, 0.05]) {
            #expect(abs(grant.amount - expected) < 1e-6)
        }
        #expect(grants.reduce(0) { $0 + $1.amount } == 9 * 0.125)
    }

    @Test(arguments: [
        // Tiers 100 and 50 fit, tier 10 shares what is left by 2 to 4.
        (11.0, ["top": 4, "middle": 4, "left": 1, "right": 2, "bottom": 0], ["bottom", "left", "right"]),
        (6.0, ["top": 4, "middle": 2, "left": 0, "right": 0, "bottom": 0], ["bottom", "left", "middle", "right"]),
        (15.0, ["top": 4, "middle": 4, "left": 2, "right": 4, "bottom": 1], ["bottom"]),
    ])
    func scalesGuaranteesByTierWhenTheCapacityShrinks(
        capacity: Double, units: [String: Int], short: [String]
    ) throws {
        let plan = try Partition(resource: .cpu, unit: 1).plan(
            capacity: capacity,
            claimants: [
                claimant("top", demand: 40, guarantee: 4, priority: 100),
                claimant("middle", demand: 40, guarantee: 4, priority: 50),
                claimant("left", demand: 40, guarantee: 2, priority: 10),
                claimant("right", demand: 3.5, guarantee: 4, priority: 10),
                claimant("bottom", demand: 40, guarantee: 4, priority: 0),
            ])
        #expect(plan.units == units)
        #expect(plan.shortfalls.map(\.component.name) == short)
        for shortfall in plan.shortfalls {
            #expect(shortfall.wanted == ["middle": 4, "left": 2, "right": 3.5, "bottom": 4][shortfall.component.name])
            #expect(shortfall.planned == plan[shortfall.component.name]?.amount)
        }
    }
}
