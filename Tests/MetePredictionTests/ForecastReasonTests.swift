import MeteModel
import Testing

struct ForecastReasonTests {
    @Test(arguments: [
        (
            ForecastReason.lowerLoss(0.0211, rival: .decayedPeak, rivalLoss: 0.0344),
            "pinball loss 0.0211 against 0.0344 of decayedPeak"
        ),
        (
            .kept(loss: 0.31, rival: .autoregressive, rivalLoss: 0.3),
            "kept: autoregressive is better by too little (0.3 against 0.31)"
        ),
        (
            .tooFewSamples(source: .autoregressive, scored: 12, needed: 30),
            "fallback: 12 of 30 forecasts of autoregressive scored"
        ),
        (
            .poorCoverage(source: .autoregressive, coverage: 0.7123, least: 0.85),
            "fallback: autoregressive reset, 0.95 coverage 0.712 below 0.85"
        ),
        (.notReady(source: .autoregressive), "fallback: autoregressive has no forecast yet"),
        (.invalidSample(.missing), "fallback: last sample missing"),
        (.invalidSample(.negative(-0.5)), "fallback: last sample negative (-0.5)"),
        (
            .invalidSample(.aboveCeiling(1234.5, ceiling: 64)),
            "fallback: last sample 1235, above the ceiling of 64"
        ),
    ])
    func saysInWordsWithTheNumbers(reason: ForecastReason, words: String) {
        #expect(reason.description == words)
    }
}
