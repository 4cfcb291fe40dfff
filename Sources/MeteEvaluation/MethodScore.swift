internal import MeteModel
internal import MetePrediction

/// How the forecasts of one method did on one series.
package struct MethodScore: Sendable {
    package let method: String
    package private(set) var count = 0
    private var absolute = 0.0
    private var squared = 0.0
    private var pinball = 0.0
    private var covered = [0, 0, 0, 0]
    private let deviation: Double

    /// - Parameter deviation: what losses are given in.
    init(method: String, deviation: Double) {
        self.method = method
        self.deviation = deviation
    }

    mutating func add(_ forecast: Quantiles, demand: Double) {
        count += 1
        let error = demand - forecast.median
        absolute += abs(error)
        squared += error * error
        pinball += pinballLoss(of: forecast.p95, at: 0.95, for: demand)
        for (index, value) in forecast.values.enumerated() where demand <= value { covered[index] += 1 }
    }

    /// Of the median.
    package var mae: Double { absolute / Double(count) / deviation }
    /// Of the median.
    package var rmse: Double { (squared / Double(count)).squareRoot() / deviation }
    /// Of the 0.95 quantile.
    package var pinballLoss95: Double { pinball / Double(count) / deviation }
    /// Share of demands at or below the quantile, by `Quantiles.levels`.
    package var coverage: [Double] { covered.map { Double($0) / Double(count) } }
    package var coverage95: Double { coverage[2] }
}
