import Testing

@testable import redis_beside_hogs

struct ComparisonTests {
    private func outcome(p99: Double, leastShare: Double?) -> Trial.Outcome {
        let row = ClientReport.Row(
            phase: "1s@5", sent: 5, completed: 5, errors: 0, p50: 1, p99: p99, p999: 3, lateP99: 0)
        return Trial.Outcome(
            latency: ClientReport(phases: [row], total: row),
            hogs: leastShare.map {
                Trial.HogOutcome(bogoOpsPerSecond: 7, cpuSeconds: 2, shareOfRest: 0.97, leastShareInAnySecond: $0)
            },
            otherCores: 0)
    }

    @Test(arguments: [([5], 5), ([9, 1, 5], 5), ([9, 1, 5, 6], 5.5)] as [([Double], Double)])
    func theMedianIsTheMiddle(values: [Double], median: Double) {
        var comparison = Comparison([.alone], guarantee: 0.5)
        for value in values { comparison.add(outcome(p99: value, leastShare: nil), to: .alone) }
        #expect(comparison.columns[0].median { $0.latency.total.p99 } == median)
        #expect(comparison.columns[0].median { $0.hogs?.cpuSeconds } == nil)
    }

    @Test
    func aBrokenGuaranteeInOneRoundIsNotHiddenByTheMedian() {
        var comparison = Comparison([.alone, .mete], guarantee: 0.5)
        comparison.add(outcome(p99: 2, leastShare: nil), to: .alone)
        for share in [1.5, 0.25, 1.75] { comparison.add(outcome(p99: 2, leastShare: share), to: .mete) }
        let line = comparison.table.split(separator: "\n").first { $0.contains("least cores in any second") }
        #expect(line?.split(separator: " ").suffix(2) == ["–", "0.25"])
    }

    @Test
    func allLinesOfNumbersAreEquallyLongAndFitATerminal() {
        var comparison = Comparison(Arrangement.allCases, guarantee: 0.5)
        for arrangement in Arrangement.allCases {
            comparison.add(outcome(p99: 12_345, leastShare: arrangement.hasHogs ? 1 : nil), to: arrangement)
        }
        let lines = comparison.table.split(separator: "\n")
        let lengths = lines.filter { $0.contains("   ") }.map(\.count)
        #expect(lengths.count == 9)
        #expect(Set(lengths).count == 1)
        #expect(lines.allSatisfy { $0.count <= 100 })
        comparison.ratio = WeightRatio(served: 262_144, hogs: 1024)
        #expect(comparison.table.contains("262144:1024"))
        #expect(comparison.table.split(separator: "\n").allSatisfy { $0.count <= 100 && $0.last != " " })
    }

    @Test(arguments: [(1.005, 1, "1.0"), (-0.26, 1, "-0.3"), (12.049, 2, "12.05"), (7.5, 0, "8"), (0.04, 2, "0.04")])
    func numbersAreRoundedForReading(number: Double, places: Int, text: String) {
        #expect(Comparison.decimal(number, places: places) == text)
    }
}
