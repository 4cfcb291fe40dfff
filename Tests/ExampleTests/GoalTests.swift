import MeteTestSupport
import Testing

@testable import redis_beside_hogs

struct GoalTests {
    private func comparison(alone: Double, fixed: Double, mete: Double, least: Double, share: Double) -> Comparison {
        var comparison = Comparison(Arrangement.allCases, guarantee: 0.5)
        comparison.ratio = WeightRatio(served: 262_144, hogs: 2)
        for (arrangement, p99) in [(Arrangement.alone, alone), (.unmanaged, 8000), (.weights, fixed), (.mete, mete)] {
            let row = ClientReport.Row(
                phase: "1s@5", sent: 5, completed: 5, errors: 0, p50: 1, p99: p99, p999: 3, lateP99: 0)
            let hogs = Trial.HogOutcome(
                bogoOpsPerSecond: 7, cpuSeconds: 2, shareOfRest: share, leastShareInAnySecond: least)
            comparison.add(
                Trial.Outcome(
                    latency: ClientReport(phases: [row], total: row), hogs: arrangement.hasHogs ? hogs : nil,
                    otherCores: 0),
                to: arrangement)
        }
        return comparison
    }

    @Test(
        arguments: [
            (100, 110, 110, 0.5, 0.95, [true, true, true, true]),
            (100, 110, 111, 0.5, 0.95, [false, false, true, true]),
            (100, 90, 100, 0.49, 0.96, [true, false, false, true]),
            (100, 90, 80, 0.6, 0.94, [true, true, true, false]),
        ] as [(Double, Double, Double, Double, Double, [Bool])])
    func eachGoalIsMetOrMissedByItsOwnNumber(
        alone: Double, fixed: Double, mete: Double, least: Double, share: Double, met: [Bool]
    ) {
        let goals = comparison(alone: alone, fixed: fixed, mete: mete, least: least, share: share).goals
        #expect(goals.map(\.isMet) == met)
    }

    @Test func whatWasNotMeasuredIsNoGoal() {
        #expect(Comparison([.alone, .weights], guarantee: 0.5).goals.isEmpty)
        #expect(Comparison(Arrangement.allCases, guarantee: 0.5).goals.isEmpty)
    }

    @Test func theTableFitsATerminalAndSaysWhatWasMissed() {
        let table = Goal.table(comparison(alone: 1, fixed: 20_000, mete: 30_000, least: 0, share: 0).goals)
        let lines = table.split(separator: "\n")
        #expect(lines.count == 6)
        #expect(Set(lines.map(\.count)).count == 1)
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(lines.dropFirst(2).allSatisfy { $0.contains("| missed |") })
    }

    @Test func theSearchTakesTheLeastP99() {
        var search = WeightSearch()
        #expect(search.best == nil)
        for (ratio, p99) in [("8:1", 90.0), ("32:1", 80), ("256:1", 85)] {
            search.add(WeightRatio(ratio)!, p99: p99)
        }
        #expect(search.best == WeightRatio(served: 32, hogs: 1))
        #expect(search.summary.contains("32:1 80 µs"))
    }

    @Test(arguments: [CPUHierarchy.Version.v1, .v2])
    func candidatesAreDifferentAndTheKernelTakesThem(version: CPUHierarchy.Version) {
        let candidates = WeightRatio.candidates(version)
        let range = ScratchGroup.weights(version).range
        #expect(candidates.count >= 4)
        #expect(Set(candidates).count == candidates.count)
        #expect(candidates.allSatisfy { range.contains($0.served) && range.contains($0.hogs) && $0.served > $0.hogs })
    }

    @Test(arguments: ["", "5", "5:", ":5", "5:0", "0:5", "-1:5", "a:b", "1:2:3", "1.5:2"])
    func whatIsNoRatioIsRefused(text: String) {
        #expect(WeightRatio(text) == nil)
    }
}
