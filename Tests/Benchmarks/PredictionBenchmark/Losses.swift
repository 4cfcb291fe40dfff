import MeteModel
import MetePrediction

/// How a series of forecasts did, in the terms of the baselines.
struct Losses {
    private(set) var count = 0.0
    private var absoluteError = 0.0
    private var pinball = 0.0
    private var covered = 0.0

    mutating func add(_ forecast: Quantiles, demand: Double) {
        count += 1
        absoluteError += abs(demand - forecast.median)
        pinball += pinballLoss(of: forecast.p95, at: 0.95, for: demand)
        covered += demand <= forecast.p95 ? 1 : 0
    }

    /// Mean absolute error of the median, in standard deviations of the series.
    func mae(deviation: Double) -> Double { absoluteError / count / deviation }
    /// Mean pinball loss of the 0.95 quantile, in standard deviations of the series.
    func pinball(deviation: Double) -> Double { pinball / count / deviation }
    var coverage: Double { covered / count }
}
