import MeteModel
import MeteProtocol
import Testing

/// The model's values in the words that operators read.
struct WordsTests {
    @Test(arguments: [(0.5, "p50"), (0.95, "p95"), (0.99, "p99"), (0.999, "p99.9"), (1, "p100")])
    func quantileHasItsUsualName(quantile: Double, name: String) {
        #expect(Quantiles.label(of: quantile) == name)
    }

    @Test(
        arguments: [
            (Claim.guarantee, "guarantee", nil), (.forecast(quantile: 0.99), "forecast", 0.99),
            (.measured, "measured", nil),
            (.surplus, "surplus", nil), (.rounding, "rounding", nil), (.kept, "kept", nil),
        ] as [(Claim, String, Double?)])
    func grantNamesItsClaim(claim: Claim, code: String, quantile: Double?) {
        let grant = GrantReport(Grant(claim: claim, amount: 0.25))
        #expect(grant.claim == code)
        #expect(grant.quantile == quantile)
        #expect(grant.amount == 0.25)
        #expect(!grant.reason.isEmpty)
    }

    @Test func forecastIsSeenFromNow() {
        let forecast = Forecast(
            demand: Quantiles(point: 1), expires: Instant(nanoseconds: 1_500_000_000),
            calibration: Calibration(coverage: 0.94, pinballLoss: 0.02, samples: 50), source: .autoregressive,
            reason: .invalidSample(.missing))
        #expect(ForecastReport(forecast, now: Instant(nanoseconds: 1_000_000_000)).expiresInSeconds == 0.5)
        #expect(ForecastReport(forecast, now: Instant(nanoseconds: 2_000_000_000)).expiresInSeconds == -0.5)
    }

    @Test func problemReadsAsPlaceSubjectAndRemedy() {
        let whole = PolicyProblem(
            file: "p.yaml", line: 3, field: "tick", message: "0 is too short", remedy: "at least 10ms")
        #expect(whole.text == "p.yaml:3: tick: 0 is too short; at least 10ms")
        let bare = PolicyProblem(file: "p.yaml", message: "no such file", remedy: "create it")
        #expect(bare.text == "p.yaml: no such file; create it")
    }
}
