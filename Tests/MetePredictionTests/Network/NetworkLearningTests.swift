import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

struct NetworkLearningTests {
    static let architectures = [NetworkSettings.lstm, .attention]

    /// Mean pinball loss at 0.95 of the forecasts for the last `count` ticks, and how many of them held.
    private func score(
        _ settings: NetworkSettings, _ demands: [Double], horizon: NetworkHorizon = .one, last count: Int,
        announced: (Int) -> [Float] = { _ in [] }
    ) -> (loss: Double, coverage: Double) {
        var model = SequenceModel(settings, seed: 11)
        var forecasts: [Quantiles?] = []
        var loss = 0.0
        var covered = 0.0
        for (tick, demand) in demands.enumerated() {
            if tick >= demands.count - count, let due = forecasts[tick - horizon.rawValue] {
                loss += pinballLoss(of: due.p95, at: 0.95, for: demand)
                covered += demand <= due.p95 ? 1 : 0
            }
            model.step(demand, announced: announced(tick))
            forecasts.append(model.forecast(horizon))
        }
        return (loss / Double(count), covered / Double(count))
    }

    @Test(arguments: architectures)
    func learnsACycle(settings: NetworkSettings) {
        let demands = DemandSeries.sawtooth.demands(3_000)
        let learnt = score(settings, demands, last: 1_000)
        // What the 0.95 quantile of demands without regard to their order loses: it is at the top of the tooth.
        let constant = demands.suffix(1_000).reduce(0) { $0 + pinballLoss(of: 2.75, at: 0.95, for: $1) } / 1_000
        #expect(learnt.loss < constant / 2)
    }

    @Test(arguments: architectures, [NetworkHorizon.one, .ten])
    func upperQuantileHoldsAboutAsOftenAsItSays(settings: NetworkSettings, horizon: NetworkHorizon) {
        let noise = score(settings, DemandSeries.noise.demands(4_000), horizon: horizon, last: 3_000)
        #expect(abs(noise.coverage - 0.95) < 0.04)
    }

    @Test(arguments: architectures)
    func forecastsAHundredTicksAhead(settings: NetworkSettings) {
        let noise = score(settings, DemandSeries.noise.demands(4_000), horizon: .hundred, last: 2_000)
        #expect(abs(noise.coverage - 0.95) < 0.05)
    }

    /// On a ramp the median lies ahead by as much as the ramp climbs until then.
    @Test(arguments: architectures)
    func eachHorizonIsForecastForItsOwnTick(settings: NetworkSettings) throws {
        var model = SequenceModel(settings, seed: 11)
        for tick in 0..<3_000 { model.step(Double(tick)) }
        for horizon in NetworkHorizon.allCases {
            let forecast = model.forecast(horizon)
            let climbed = try #require(forecast).median - 2_999
            #expect(abs(climbed / Double(horizon.rawValue) - 1) < 0.1, "\(horizon)")
        }
    }

    /// Bursts that are announced are forecast; the same bursts unannounced are not.
    @Test(arguments: architectures)
    func announcedEventIsForecast(settings: NetworkSettings) {
        var generator = SplitMix64(seed: 9)
        let bursts = (0..<4_000).map { _ in generator.uniform() < 0.1 }
        let demands = bursts.map { 1 + ($0 ? 4 : 0) + 0.1 * generator.uniform() }
        let told = score(settings, demands, last: 1_000) { tick in
            [tick + 1 < bursts.count && bursts[tick + 1] ? 1 : 0, 0, 0, 0]
        }
        let untold = score(settings, demands, last: 1_000)
        #expect(told.loss < untold.loss / 2)
    }
}
