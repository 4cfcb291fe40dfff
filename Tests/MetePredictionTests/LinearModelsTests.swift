import SeededRandom
import Testing

@testable import MetePrediction

struct LinearModelsTests {
    /// Mean absolute errors of the three models over the last half of the demands.
    private func errors(horizon: Int, _ demands: [Double]) -> (autoregression: Float, regression: Float, last: Float) {
        var summary = DemandSummary()
        var models = LinearModels(horizon: horizon)
        var questions: [LinearModels.Question] = []
        var points: [(Float, Float, Float)?] = []
        var sums: (Float, Float, Float) = (0, 0, 0)
        for (index, demand) in demands.enumerated() {
            let demand = Float(demand)
            summary.observe(demand)
            if index >= horizon {
                models.learn(questions[index - horizon], demand, summary)
                if index >= demands.count / 2, let point = points[index - horizon] {
                    sums.0 += abs(demand - point.0)
                    sums.1 += abs(demand - point.1)
                    sums.2 += abs(demand - point.2)
                }
            }
            let question = models.question(summary)
            questions.append(question)
            points.append(models.points(question, summary).map { ($0.autoregression, $0.regression, demand) })
        }
        let scored = Float(demands.count - demands.count / 2)
        return (sums.0 / scored, sums.1 / scored, sums.2 / scored)
    }

    @Test func predictAnAutoregressiveProcessUpToItsInnovations() {
        // x' = 0.8 x + 0.2 e: nobody can predict e, whose mean absolute value is 0.8 of its standard deviation.
        let errors = errors(horizon: 1, DemandSeries.autoregressive.demands(4_000))
        #expect(errors.autoregression > 0.15 && errors.autoregression < 0.18)
        #expect(errors.regression > 0.15 && errors.regression < 0.17)
    }

    @Test(arguments: [1, 10])
    func seeACycle(horizon: Int) {
        let errors = errors(horizon: horizon, DemandSeries.sawtooth.demands(2_000))
        // The noise is uniform within 0.05: its mean absolute deviation is 0.0125.
        #expect(errors.autoregression < 0.03 && errors.regression < 0.03)
        #expect(errors.last > 0.2)
    }

    @Test func sayNothingBeforeTheyHaveLearnt() {
        let models = LinearModels(horizon: 1)
        let summary = DemandSummary()
        #expect(models.points(models.question(summary), summary) == nil)
    }
}
