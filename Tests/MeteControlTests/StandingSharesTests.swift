import MeteControl
import MeteModel
import Testing

struct StandingSharesTests {
    @Test func aLentGuaranteeStillStands() {
        // Two cores: the shop sleeps, and all is lent to the batch.
        let shares = StandingShares.cores(
            of: [Self.directive("shop", allotment: 0, guarantee: 0.5), Self.directive("batch", allotment: 2)],
            capacity: 2)
        #expect(shares == [0.5, 1.5])
    }

    @Test func whatFitsIsLeftAsItIs() {
        let shares = StandingShares.cores(
            of: [Self.directive("shop", allotment: 1.25, guarantee: 0.5), Self.directive("batch", allotment: 0.5)],
            capacity: 2)
        #expect(shares == [1.25, 0.5])
    }

    @Test func theRestIsNeverLeftWithNothing() {
        let shares = StandingShares.cores(
            of: [Self.directive("batch", allotment: 2), Self.directive("rest", allotment: 0)], capacity: 2)
        #expect(shares == [1.875, 0.125])
    }

    @Test func floorsThatDoNotFitAreScaled() {
        let directives = (0..<400).map { Self.directive("c\($0)", allotment: 0) }
        let shares = StandingShares.cores(of: directives, capacity: 2)
        #expect(abs(shares.reduce(0, +) - 2) < 1e-9)
        #expect(shares.allSatisfy { $0 > 0 })
    }

    @Test func floorsGiveWayToGuarantees() {
        let guaranteed = (0..<4).map { Self.directive("g\($0)", allotment: 0, guarantee: 0.475) }
        let others = (0..<100).map { Self.directive("o\($0)", allotment: 0) }
        let shares = StandingShares.cores(of: guaranteed + others, capacity: 2)
        #expect(shares.prefix(4).allSatisfy { abs($0 - 0.475) < 1e-9 })
        #expect(abs(shares.reduce(0, +) - 2) < 1e-9)
    }

    @Test(arguments: [(0.3, true, true), (0.5, true, true), (0.6, true, false), (0.3, false, false)])
    func whoWaitsForLittleIsServedFirst(demand: Double, isLatencySensitive: Bool, isFirst: Bool) {
        var directive = Self.directive("shop", allotment: 0.5)
        directive.plannedDemand = demand
        directive.isLatencySensitive = isLatencySensitive
        #expect((StandingShares.precedence(of: directive, standing: 0.5) > 1) == isFirst)
    }

    private static func directive(_ name: String, allotment: Double, guarantee: Double = 0) -> CPUDirective {
        CPUDirective(
            component: ComponentID(name), allotment: allotment, plannedDemand: allotment, guarantee: guarantee,
            mode: .shared, maximum: nil, period: .perMillisecond, reclaim: false, mayMove: true)
    }
}
