import MeteModel
import Testing

@testable import MetePrediction

struct ArchitectureTrialTests {
    /// The loss that each model alone has, when its forecast is taken down before the demand is known.
    private func loss(_ settings: NetworkSettings, _ demands: [Double]) -> Double {
        var model = SequenceModel(settings, seed: 2)
        var losses: [Double] = []
        for demand in demands {
            if let forecast = model.forecast(.one) {
                losses.append(
                    (pinballLoss(of: forecast.p90, at: 0.9, for: demand)
                        + pinballLoss(of: forecast.p95, at: 0.95, for: demand)
                        + pinballLoss(of: forecast.p99, at: 0.99, for: demand)) / 3)
            }
            model.step(demand)
        }
        return losses.reduce(0, +) / Double(losses.count)
    }

    @Test(arguments: [DemandSeries.autoregressive, .sawtooth, .bursts])
    func lossesAreThoseOfForecastsMadeBeforeTheDemandWasKnown(series: DemandSeries) throws {
        let demands = series.demands(250)
        var trial = ArchitectureTrial(seed: 2)
        for demand in demands { trial.step(demand) }
        let losses = [trial.loss(.lstm), trial.loss(.attention)]
        let lstm = try #require(losses[0])
        let attention = try #require(losses[1])
        #expect(abs(lstm - loss(.lstm, demands)) < 1e-9 * (1 + lstm))
        #expect(abs(attention - loss(.attention, demands)) < 1e-9 * (1 + attention))
    }

    @Test(arguments: DemandSeries.allCases)
    func theOneWithTheLowerLossSpeaks(series: DemandSeries) {
        var trial = ArchitectureTrial(seed: 2)
        var previous = trial.chosen
        var switches = 0
        for demand in series.demands(500) {
            trial.step(demand)
            guard let lstm = trial.loss(.lstm), let attention = trial.loss(.attention) else { continue }
            let (own, other) = trial.chosen == .lstm ? (lstm, attention) : (attention, lstm)
            #expect(own * (1 - ArchitectureTrial.switchMargin) <= other)
            if trial.chosen != previous { switches += 1 }
            previous = trial.chosen
        }
        #expect(switches < 50)
    }

    @Test func gapsAreNotScored() {
        var trial = ArchitectureTrial(seed: 2)
        for demand in DemandSeries.noise.demands(50) { trial.step(demand) }
        let before = trial.loss(.lstm)
        for bad in [nil, Double.nan, .infinity, -1] { trial.step(bad) }
        #expect(trial.loss(.lstm) == before)
        #expect(trial.forecast(.one) != nil && trial.forecast(.hundred) == nil)
    }
}
