import Testing

@testable import MetePrediction

struct RunningScaleTests {
    @Test func firstSamplesWeighEqually() {
        var scale = RunningScale(memory: 100)
        for value in [2.0, 4, 4, 4, 5, 5, 7, 9] { scale.observe(value) }
        #expect(abs(scale.mean - 5) < 1e-12)
        #expect(abs(scale.deviation - 2) < 1e-12)
    }

    @Test func followsALevelShiftWithinItsMemory() {
        var scale = RunningScale(memory: 50)
        for _ in 0..<500 { scale.observe(1) }
        for _ in 0..<500 { scale.observe(10) }
        #expect(abs(scale.mean - 10) < 0.001)
    }

    @Test(arguments: [0.0, 1e-300, 3, 1e12])
    func deviationOfAConstantIsPositive(value: Double) {
        var scale = RunningScale(memory: 50)
        for _ in 0..<500 { scale.observe(value) }
        #expect(scale.deviation > 0)
        #expect(scale.deviation <= max(1e-9, value * 1.1e-6))
    }
}
