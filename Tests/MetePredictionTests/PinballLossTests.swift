import MetePrediction
import Testing

struct PinballLossTests {
    @Test(arguments: [
        // bound, level, demand, loss
        (1.0, 0.95, 1.0, 0.0),
        (1.0, 0.95, 2.0, 0.95),
        (2.0, 0.95, 1.0, 0.05),
        (2.0, 0.5, 1.0, 0.5),
        (1.0, 0.99, 11.0, 9.9),
    ])
    func weighsShortfallByTheLevelAndExcessByItsComplement(
        bound: Double, level: Double, demand: Double, loss: Double
    ) {
        #expect(abs(pinballLoss(of: bound, at: level, for: demand) - loss) < 1e-12)
    }
}
