// What a plan costs: the median, over many plans, of the time for one `Partition.plan`, by number of components and by
// what the plan has to do. Run with `swift run -c release PartitionBenchmark`. It allots a machine of two units per
// component, of which half are guaranteed; it measures no reading of demands and no writing of settings.

import Glibc
import MeteModel
import MetePartition
import SeededRandom

enum Situation: String, CaseIterable {
    case first = "no past"
    case unchanged = "nothing changed"
    case contended = "all demands new, too little for all"
    case lending = "all demands new, enough for all"
    case unsorted = "all demands new, claimants unsorted"
}

func claimants(_ count: Int, demand: Double, _ random: inout SplitMix64) -> [Claimant] {
    (0..<count).map { index in
        let digits = String(index)
        let name = "system.slice/service-" + String(repeating: "0", count: 6 - digits.count) + digits
        let median = Double.random(in: 0...demand, using: &random)
        return Claimant(
            id: ComponentID(name), class: ComponentClass.allCases[index % 4],
            priority: ComponentClass.allCases[index % 4].defaultPriority, weight: Double(1 + index % 5),
            guarantee: index % 2 == 0 ? 0.2 : 0, maximum: index % 3 == 0 ? 1.5 : nil,
            forecast: Quantiles(median: median, p90: median * 1.2, p95: median * 1.3, p99: median * 1.5),
            calibration: Calibration(coverage: 0.94, pinballLoss: 0, samples: 100), source: .autoregressive,
            measured: median)
    }
}

func microseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? text + space : space + text
}

/// Median and worst time of one plan.
func measure(_ count: Int, _ situation: Situation) throws -> (median: Double, worst: Double) {
    var random = SplitMix64(seed: 1)
    let demand = situation == .lending ? 0.2 : 1
    let capacity = Double(count) * 0.25
    let partition = Partition(resource: .cpu, unit: 0.125)
    var inputs = (0..<8).map { _ in claimants(count, demand: demand, &random) }
    if situation == .unsorted {
        for index in inputs.indices { inputs[index].shuffle(using: &random) }
    }
    if situation == .unchanged { inputs = [inputs[0]] }

    var times: [Double] = []
    var previous: PartitionPlan?
    let rounds = max(60, 200_000 / count)
    for round in 0..<rounds {
        let start = microseconds()
        let plan = try partition.plan(
            capacity: capacity, claimants: inputs[round % inputs.count], previous: previous)
        times.append(microseconds() - start)
        if situation != .first { previous = plan }
    }
    times.sort()
    return (times[rounds / 2], times[rounds - 1])
}

print("components  " + padded("situation", 38, left: true) + "median µs      worst µs   per component ns")
for count in [50, 1_000, 10_000] {
    for situation in Situation.allCases {
        let (median, worst) = try measure(count, situation)
        let tenths = { (value: Double) in String((value * 10).rounded() / 10) }
        print(
            padded(String(count), 10) + "  " + padded(situation.rawValue, 36, left: true)
                + padded(tenths(median), 11) + padded(tenths(worst), 14)
                + padded(tenths(median * 1000 / Double(count)), 19))
    }
}
