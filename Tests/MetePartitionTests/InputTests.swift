import MeteModel
import MetePartition
import Testing

@Suite struct InputTests {
    private func refusal(
        capacity: Double = 4, unit: Double = 1, _ claimants: [Claimant] = [], previous: PartitionPlan? = nil,
        stability: StabilityPolicy = StabilityPolicy()
    ) -> PartitionError? {
        let partition = Partition(resource: .cpu, unit: unit, stability: stability)
        do {
            _ = try partition.plan(capacity: capacity, claimants: claimants, previous: previous)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("weight", claimant("a", demand: 1, weight: 0)), ("weight", claimant("a", demand: 1, weight: -1)),
        ("weight", claimant("a", demand: 1, weight: .nan)), ("weight", claimant("a", demand: 1, weight: .infinity)),
        ("weight", claimant("a", demand: 1, weight: 1e-7)), ("guarantee", claimant("a", demand: 1, guarantee: -1)),
        ("guarantee", claimant("a", demand: 1, guarantee: .nan)),
        ("guarantee", claimant("a", demand: 1, guarantee: 1e300)),
        ("maximum", claimant("a", demand: 1, maximum: -1)), ("maximum", claimant("a", demand: 1, maximum: .nan)),
        ("maximum", claimant("a", demand: 1, maximum: .infinity)),
        ("maximum", claimant("a", demand: 1, guarantee: 2, maximum: 1)),
    ])
    func refusesPolicyNumbersThatMakeNoSense(field: String, claimant: Claimant) throws {
        let error = try #require(refusal([claimant]))
        guard case .claimant(claimant.id, field, _, _) = error else {
            Issue.record(error)
            return
        }
        #expect(error.description.hasPrefix("partition: \(field) of component a is "))
    }

    @Test func refusesAComponentThatClaimsTwice() {
        let twice = [claimant("a", demand: 1), claimant("b", demand: 1), claimant("a", demand: 2)]
        #expect(refusal(twice) == .duplicate(ComponentID("a")))
    }

    @Test(arguments: [0, -1, .nan, .infinity, 1e-9])
    func refusesUnitsThatDoNotDivideTheCapacity(unit: Double) throws {
        guard case .unit = try #require(refusal(unit: unit)) else {
            Issue.record("another error")
            return
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func refusesACapacityThatIsNoNumber(capacity: Double) throws {
        guard case .capacity = try #require(refusal(capacity: capacity)) else {
            Issue.record("another error")
            return
        }
    }

    @Test(arguments: [(-0.1, 20, 0.0), (.nan, 20, 0), (0.1, -1, 0), (0.1, 20, -1), (0.1, 20, .infinity)])
    func refusesAStabilityPolicyOutOfRange(deadBand: Double, ticks: Int, cost: Double) throws {
        var stability = StabilityPolicy()
        (stability.deadBand, stability.slowDownTicks, stability.changeCost) = (deadBand, ticks, cost)
        guard case .stability = try #require(refusal(stability: stability)) else {
            Issue.record("another error")
            return
        }
    }

    @Test func refusesAPreviousPlanOutOfOrder() throws {
        let claimants = [claimant("a", demand: 1), claimant("b", demand: 1)]
        var plan = try Partition(resource: .cpu, unit: 1).plan(capacity: 4, claimants: claimants)
        plan.allotments.reverse()
        #expect(refusal(claimants, previous: plan) == .previousOrder(ComponentID("a")))
    }

    @Test(arguments: [
        (Double.nan, ["a": 0, "b": 4]), (-3, ["a": 0, "b": 4]), (-.infinity, ["a": 0, "b": 4]),
        (.infinity, ["a": 3, "b": 1]), (1e300, ["a": 3, "b": 1]),
    ])
    func takesMeasuredNumbersForWhatTheyCanMean(demand: Double, units: [String: Int]) throws {
        let hog = claimant("b", demand: 40, priority: 0)
        let forecast = claimant("a", demand: demand, maximum: 3)
        var measured = claimant("a", demand: 0, maximum: 3)
        measured.measured = demand
        for strange in [forecast, measured] {
            let plan = try Partition(resource: .cpu, unit: 1).plan(capacity: 4, claimants: [strange, hog])
            #expect(plan.units == units)
            #expect(plan.allotments.allSatisfy { $0.plannedDemand.isFinite })
            #expect(plan["a"]?.grants.allSatisfy { $0.amount.isFinite } == true)
        }
    }

    @Test(arguments: [-5, 5, Int.max, Int.min])
    func survivesAPreviousPlanWithImpossibleUnits(units: Int) throws {
        let claimants = [claimant("a", demand: 1), claimant("b", demand: 1)]
        var plan = try Partition(resource: .cpu, unit: 1).plan(capacity: 4, claimants: claimants)
        plan.allotments[0].units = units
        plan.allotments[0].surplusTicks = units
        plan.allotments[0].surplusUnits = units
        let next = try Partition(resource: .cpu, unit: 1).plan(capacity: 4, claimants: claimants, previous: plan)
        #expect(next.allotments.reduce(0) { $0 + $1.units } == 4)
    }

    @Test func takesAClaimFromAPolicyAndAForecast() {
        var policy = ComponentPolicy(id: ComponentID("shop"))
        policy.class = .latency
        policy.priority = 7
        policy.weight = 3
        policy.cpu.guarantee = 0.5
        policy.cpu.maximum = 2
        let forecast = Forecast(
            demand: Quantiles(point: 1), expires: Instant(nanoseconds: 1), calibration: .unknown,
            source: .decayedPeak, reason: .invalidSample(.missing))
        let claimant = Claimant(cpuOf: policy, forecast: forecast, measured: 0.25)
        #expect(
            claimant
                == Claimant(
                    id: ComponentID("shop"), class: .latency, priority: 7, weight: 3, guarantee: 0.5, maximum: 2,
                    forecast: Quantiles(point: 1), source: .decayedPeak, measured: 0.25))
    }
}
