import Foundation
import MeteModel
import MetePrediction

/// Losses of networks of several sizes, relative to the best baseline of each series.
struct LossTable {
    let series: [RecordedSeries]

    /// Mean pinball losses at 0.95 in standard deviations: as forecast, and with the rolling residual quantile added.
    private struct Losses {
        var own = 0.0
        var corrected = 0.0
        var covered = 0.0
        var count = 0.0
    }

    func printRows() {
        print("pinball loss at 0.95 relative to the best baseline of each of \(series.count) series, geometric mean")
        print(
            "network        horizon      own  corrected   coverage, median of series, lowest; horizons beyond 1 relative to horizon 1's baseline"
        )
        for hidden in [4, 8, 16, 32] { printRows("lstm \(hidden)") { sized(.lstm, hidden) } }
        for hidden in [8, 16] { printRows("attention \(hidden)") { sized(.attention, hidden) } }
    }

    private func sized(_ settings: NetworkSettings, _ hidden: Int) -> NetworkSettings {
        var settings = settings
        settings.hidden = hidden
        return settings
    }

    private func printRows(_ name: String, _ settings: () -> NetworkSettings) {
        var losses: [NetworkHorizon: [Losses]] = [:]
        let settings = settings()
        for one in series {
            var model = SequenceModel(settings, seed: 1)
            let all = score(one) { demand in
                model.step(demand)
                return NetworkHorizon.allCases.map { model.forecast($0) }
            }
            for (horizon, loss) in zip(NetworkHorizon.allCases, all) { losses[horizon, default: []].append(loss) }
        }
        for horizon in NetworkHorizon.allCases { printRow(name, horizon, losses[horizon] ?? []) }
    }

    /// Losses by horizon; `step` takes a demand in and forecasts.
    private func score(_ series: RecordedSeries, _ step: (Double) -> [Quantiles?]) -> [Losses] {
        var losses = NetworkHorizon.allCases.map { _ in Losses() }
        var residuals = NetworkHorizon.allCases.map { _ in RollingQuantile() }
        var issued: [[Quantiles?]] = []
        issued.reserveCapacity(series.values.count)
        for (tick, demand) in series.values.enumerated() {
            for (index, horizon) in NetworkHorizon.allCases.enumerated() where tick >= horizon.rawValue {
                guard let bound = issued[tick - horizon.rawValue][index]?.p95 else { continue }
                if tick >= series.warmUp {
                    let corrected = bound + residuals[index].quantile(0.95)
                    losses[index].own += pinballLoss(of: bound, at: 0.95, for: demand)
                    losses[index].corrected += pinballLoss(of: corrected, at: 0.95, for: demand)
                    losses[index].covered += demand <= bound ? 1 : 0
                    losses[index].count += 1
                }
                residuals[index].insert(demand - bound)
            }
            issued.append(step(demand))
        }
        return losses
    }

    private func printRow(_ name: String, _ horizon: NetworkHorizon, _ losses: [Losses]) {
        let scored = zip(series, losses).filter { $1.count > 0 }
        func relative(_ loss: (Losses) -> Double) -> String {
            let logarithms = scored.map { log(loss($1) / $1.count / $0.deviation / $0.leastPinball) }
            return exp(logarithms.reduce(0, +) / Double(logarithms.count)).text(4)
        }
        let coverages = scored.map { $1.covered / $1.count }.sorted()
        guard let lowest = coverages.first else { return }
        let figures = [
            "\(horizon.rawValue)", relative(\.own), relative(\.corrected), coverages[coverages.count / 2].text(3),
            lowest.text(3),
        ]
        print(
            name.padding(toLength: 14, withPad: " ", startingAt: 0)
                + figures.map { String(repeating: " ", count: max(1, 9 - $0.count)) + $0 }.joined())
    }
}

extension Double {
    func text(_ decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
}
