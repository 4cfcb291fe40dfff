// Measures the predictors: how good their forecasts are on recorded series, and what a step costs.
//
//   PredictionBenchmark [MANIFEST [BASELINES.CSV]] [--series] [--horizon N] [--networks none|lstm|attention|both|chosen]
//
// Without a manifest only the cost is measured. With one, every series that it lists is forecast one step (or N) ahead; the first
// 30 % (at least 60 samples) are not scored. With the baselines' table beside it, which is of one step ahead, or one that is named, losses are
// also given relative to the best baseline of each series, chosen in hindsight (geometric mean). `--series` prints one line per series and predictor.
// The networks are those that are learned beside the classical experts: the one chosen in a trial, unless told otherwise, as in the agent.

import Foundation
import MeteEvaluation
import MetePrediction

let arguments = CommandLine.arguments.dropFirst()
let horizon = arguments.firstIndex(of: "--horizon").flatMap { Int(arguments[$0 + 1]) } ?? 1
let networks =
    arguments.firstIndex(of: "--networks").flatMap { ForecasterPool.Networks(rawValue: arguments[$0 + 1]) } ?? .chosen
let paths = arguments.filter {
    !$0.hasPrefix("-") && Int($0) == nil && ForecasterPool.Networks(rawValue: $0) == nil
}

do {
    if let manifest = paths.first {
        let beside = URL(fileURLWithPath: manifest).deletingLastPathComponent().appendingPathComponent("baselines.csv")
        let table = paths.dropFirst().first.map { URL(fileURLWithPath: $0) } ?? (horizon == 1 ? beside : nil)
        var baselines = Baselines()
        if let table, FileManager.default.fileExists(atPath: table.path) {
            baselines = try Baselines(csv: String(contentsOf: table, encoding: .utf8))
        } else {
            print(
                "no baselines \(table.map { "at \($0.path)" } ?? "of \(horizon) steps ahead"): losses are not compared")
        }
        let series = try SeriesFile.readManifest(manifest).filter { $0.obstacle == nil }
        let evaluation = Evaluation(series, baselines: baselines, horizon: horizon, networks: networks)
        if arguments.contains("--series") { evaluation.printSeries() }
        evaluation.printSummary()
    }
    StepCost.printTable()
} catch {
    FileHandle.standardError.write(Data("PredictionBenchmark: \(error)\n".utf8))
    exit(1)
}
