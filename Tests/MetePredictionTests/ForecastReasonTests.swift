import MeteModel
import Testing

struct ForecastReasonTests {
    @Test(arguments: [
        (
            ForecastReason.weighted(.regressionAnalog, 0.4123, .seasonalNaive, 0.25),
            "regressionAnalog 0.412, seasonalNaive 0.25"
        ),
        (
            .tooFewSamples(source: .combination, scored: 12, needed: 30),
            "fallback: 12 of 30 forecasts of combination scored"
        ),
        (
            .poorCoverage(source: .combination, coverage: 0.7123, least: 0.75),
            "fallback: combination reset, 0.95 coverage 0.712 below 0.75"
        ),
        (
            .poorLoss(source: .combination, loss: 0.3, fallbackLoss: 0.1),
            "fallback: combination reset, pinball loss 0.3 against 0.1"
        ),
        (.invalidSample(.missing), "fallback: last sample missing"),
        (.invalidSample(.stale), "fallback: last sample of an earlier tick"),
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
