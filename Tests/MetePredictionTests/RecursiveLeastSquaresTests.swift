import SeededRandom
import Testing

@testable import MetePrediction

struct RecursiveLeastSquaresTests {
    @Test func recoversExactlyWhatIsLinear() {
        var model = RecursiveLeastSquares(forgetting: 1)
        var generator = SplitMix64(seed: 8)
        var truth = SIMD16<Float>.zero
        for lane in 0..<16 { truth[lane] = Float(generator.normal()) }
        for _ in 0..<1_000 {
            var regressors = SIMD16<Float>.zero
            for lane in 0..<16 { regressors[lane] = Float(generator.normal()) }
            model.learn(regressors, (truth * regressors).sum())
        }
        // What is left is the pull of the prior: its precision of 0.1 beside the 1,000 samples.
        for lane in 0..<16 { #expect(abs(model.weights[lane] - truth[lane]) < 1e-3, "weight \(lane)") }
    }

    @Test func recoversTheCoefficientsOfAnAutoregressiveProcess() {
        var model = RecursiveLeastSquares(forgetting: 1)
        var generator = SplitMix64(seed: 3)
        var lags = SIMD16<Float>.zero
        for _ in 0..<10_000 {
            let response = 0.6 * lags[0] - 0.3 * lags[1] + 0.2 * lags[4] + 0.1 * Float(generator.normal())
            model.learn(lags, response)
            for lane in stride(from: 14, to: 0, by: -1) { lags[lane] = lags[lane - 1] }
            lags[0] = response
        }
        var expected = SIMD16<Float>.zero
        expected[0] = 0.6
        expected[1] = -0.3
        expected[4] = 0.2
        // A coefficient's standard error is about that of a white regressor of this variance or a little more,
        // 1 / √n = 0.01: four of them.
        for lane in 0..<15 { #expect(abs(model.weights[lane] - expected[lane]) < 0.04, "weight \(lane)") }
        #expect(model.resets == 0)
    }

    @Test func forgetsTheOldRegime() {
        var model = RecursiveLeastSquares(forgetting: 0.98)
        var generator = SplitMix64(seed: 4)
        for slope in [2.0, -1.0] as [Float] {
            for _ in 0..<1_000 {
                var regressors = SIMD16<Float>.zero
                regressors[0] = Float(generator.normal())
                model.learn(regressors, slope * regressors[0])
            }
            #expect(abs(model.weights[0] - slope) < 1e-3)
        }
    }

    @Test func aSampleCountsByItsWeight() {
        // The weighted mean of 0 and 1 with weights 1 and 3 is 0.75.
        var model = RecursiveLeastSquares(forgetting: 1)
        var regressors = SIMD16<Float>.zero
        regressors[0] = 1
        for _ in 0..<200 {
            model.learn(regressors, 0)
            model.learn(regressors, 1, weight: 3)
        }
        #expect(abs(model.weights[0] - 0.75) < 1e-3)
    }

    @Test func covarianceStaysSymmetricToTheBit() {
        var model = RecursiveLeastSquares(forgetting: 0.99)
        var generator = SplitMix64(seed: 5)
        for _ in 0..<5_000 {
            var regressors = SIMD16<Float>.zero
            for lane in 0..<16 { regressors[lane] = Float(generator.normal()) }
            model.learn(regressors, Float(generator.normal()))
        }
        for row in 0..<16 {
            for column in 0..<row { #expect(model.covariance[row][column] == model.covariance[column][row]) }
            #expect(model.covariance[row][row] > 0)
        }
    }

    @Test func covarianceStaysBoundedWithoutExcitation() {
        var model = RecursiveLeastSquares(forgetting: 0.9)
        var regressors = SIMD16<Float>.zero
        regressors[15] = 1
        for _ in 0..<10_000 { model.learn(regressors, 1) }
        let trace = (0..<16).reduce(Float(0)) { $0 + model.covariance[$1][$1] }
        #expect(trace < 1e7)
        #expect(abs(model.predict(regressors) - 1) < 1e-3)
        #expect(model.resets == 0)
    }

    @Test(arguments: [Float.nan, .infinity, 1e30])
    func startsAgainFromItsPriorWhenItsNumbersFail(poison: Float) {
        var model = RecursiveLeastSquares(forgetting: 0.999)
        model.learn(SIMD16(repeating: 1), poison)
        #expect(model.resets == 1)
        #expect(model.predict(SIMD16(repeating: 1)) == 0)
        for _ in 0..<100 { model.learn(SIMD16(repeating: 1), 3) }
        #expect(abs(model.predict(SIMD16(repeating: 1)) - 3) < 0.01)
    }
}
