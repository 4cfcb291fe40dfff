// Measures the predictors: how good their forecasts are with one or another learned network, and what a step costs.
//
//   PredictionBenchmark [MANIFEST [BASELINES.CSV]] [--horizon N]
//
// Without a manifest only the cost is measured. With one, every series that it lists is forecast one step (or N) ahead, once for each choice
// of networks beside the classical experts; the agent's is `chosen`. With the baselines' table, losses are also given relative to the
// best baseline of each series, chosen in hindsight (geometric mean). `mete eval --summary` prints the same of what the agent uses.

import Foundation
import MeteEvaluation
import MetePrediction

let arguments = Array(CommandLine.arguments.dropFirst())
let option = arguments.firstIndex(of: "--horizon")
let horizon = option.flatMap { $0 + 1 < arguments.count ? Int(arguments[$0 + 1]) : nil } ?? 1
let paths = arguments.indices.filter { $0 != option && $0 != option.map { $0 + 1 } }.map { arguments[$0] }

func text(_ value: Double?, _ decimals: Int) -> String { value.map { String(format: "%.\(decimals)f", $0) } ?? "-" }

do {
    if let manifest = paths.first {
        let baselines = try paths.dropFirst().first.map { try Baselines.read($0) }
        let series = try SeriesFile.readManifest(manifest).filter { $0.obstacle == nil }
        print("networks   series      mae  pinball95  coverage  least  calibrated  rel.mae  rel.pinball")
        for networks in ForecasterPool.Networks.allCases {
            var summary = EvaluationSummary(baselines)
            for one in series { summary.add(SeriesEvaluation(one, horizon: horizon, networks: networks), of: one) }
            guard let row = summary.rows.first(where: { $0.method == SeriesEvaluation.combination }) else { continue }
            let (calibrated, long) = row.calibrated
            let fields = [
                ("\(row.series)", 6), (text(row.meanMAE, 4), 9), (text(row.meanPinball, 4), 11),
                (text(row.medianCoverage, 3), 10), (text(row.leastCoverage, 3), 7), ("\(calibrated) of \(long)", 12),
                (text(row.relativeMeanMAE, 3), 9), (text(row.relativeMeanPinball, 3), 13),
            ]
            print(
                networks.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0)
                    + fields.map { String(repeating: " ", count: max(1, $0.1 - $0.0.count)) + $0.0 }.joined())
        }
    }
    StepCost.printTable()
} catch {
    FileHandle.standardError.write(Data("PredictionBenchmark: \(error)\n".utf8))
    exit(1)
}
