// Measures the networks: what a step costs, and how good their forecasts are on recorded series.
//
//   NetworkBenchmark [FOLDER] [--half even|odd]
//   NetworkBenchmark --step lstm|attention [NETWORKS]
//
// Without a folder only the cost is measured. FOLDER holds series as CSV files `t,value` and `baselines.csv`, which names
// them and gives the pinball loss of each baseline. Every series is forecast 1, 10 and 100 ticks ahead; the first 30 % (at
// least 60 samples) are not scored. `--half` takes every other series: constants are chosen on one half, checked on
// the other. `--step` prints microseconds per step, for one network or several in turn, and nothing else.

import Foundation
import MetePrediction

let arguments = Array(CommandLine.arguments.dropFirst())

do {
    if arguments.first == "--step" {
        guard arguments.count >= 2, let settings = StepCost.settings(named: arguments[1]),
            let networks = arguments.count > 2 ? Int(arguments[2]) : 1, networks > 0
        else { throw UsageError() }
        print(StepCost.microseconds(settings, networks: networks).text(3), settings.size)
    } else {
        let half = arguments.firstIndex(of: "--half").flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
        if let folder = arguments.first, !folder.hasPrefix("-") {
            let series = try RecordedSeries.load(folder: folder).enumerated().filter {
                half == nil || ($0.offset.isMultiple(of: 2) == (half == "even"))
            }
            LossTable(series: series.map(\.element)).printRows()
        }
        StepCost.printTable()
    }
} catch {
    FileHandle.standardError.write(Data("NetworkBenchmark: \(error)\n".utf8))
    exit(1)
}
