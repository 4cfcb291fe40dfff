import MeteModel
import Testing

@testable import MetePrediction

struct ArchitectureTrialTests {
    private func forecasts(lstm: Double, attention: Double) -> NetworkForecasts {
        func certain(_ value: Double) -> Quantiles { Quantiles(median: value, p90: value, p95: value, p99: value) }
        var forecasts = NetworkForecasts()
        forecasts[.lstm, .one] = certain(lstm)
        forecasts[.attention, .one] = certain(attention)
        return forecasts
    }

    private func winner(lstm: Double, attention: Double) -> NetworkSettings.Architecture? {
        var trial = ArchitectureTrial()
        for _ in 0..<trial.warmUp + ArchitectureTrial.length {
            #expect(trial.winner == nil)
            trial.observe(10, forecasts(lstm: lstm, attention: attention))
        }
        return trial.winner
    }

    @Test func theOneWithTheLowerLossWins() {
        #expect(winner(lstm: 12, attention: 11) == .attention)
        #expect(winner(lstm: 11, attention: 12) == .lstm)
        #expect(winner(lstm: 11, attention: 11) == .lstm, "it costs less")
        #expect(winner(lstm: 11, attention: 11 - 0.9 * ArchitectureTrial.margin) == .lstm, "within the margin")
        #expect(winner(lstm: 1e308, attention: 11) == .attention, "sums stay finite")
    }

    @Test func whatAnUntrainedNetworkLosesIsNotScored() {
        var trial = ArchitectureTrial()
        for _ in 0..<trial.warmUp { trial.observe(10, forecasts(lstm: 10, attention: 1e6)) }
        for _ in 0..<ArchitectureTrial.length { trial.observe(10, forecasts(lstm: 12, attention: 10)) }
        #expect(trial.winner == .attention)
    }

    @Test func ticksInWhichOneIsSilentDoNotCount() {
        var trial = ArchitectureTrial()
        var half = forecasts(lstm: 10, attention: 10)
        half[.attention, .one] = nil
        for _ in 0..<10 { trial.observe(10, half) }
        #expect(trial.ticks == 0)
    }
}
