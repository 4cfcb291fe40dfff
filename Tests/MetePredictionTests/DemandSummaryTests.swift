import Testing

@testable import MetePrediction

struct DemandSummaryTests {
    @Test func levelsAndPeaksFollowTheirFormulas() {
        var summary = DemandSummary()
        for demand in [4, 0, 10] as [Float] { summary.observe(demand) }
        // The first demands weigh equally: 4, then 2, then 14 / 3.
        #expect(abs(summary.slowLevel - 14 / 3) < 1e-5)
        // A fifth of the way at least; a third is more.
        #expect(abs(summary.fastLevel - 14 / 3) < 1e-5)
        #expect(summary.fastPeak == 10 && summary.slowPeak == 10)
        summary.observe(5)
        // 5 + 0.8 · (10 - 5) and 5 + 0.95 · (10 - 5).
        #expect(abs(summary.fastPeak - 9) < 1e-5 && abs(summary.slowPeak - 9.75) < 1e-5)
    }

    @Test func theHistoryIsContiguousAroundItsTurn() {
        var history = DemandHistory()
        for index in 0..<1_300 {
            history.push(Float(index))
            for age in [0, 1, 15, 511] where age <= index { #expect(history.demand(age) == Float(index - age)) }
        }
        #expect(history.latest[0] == 1_299 && history.latest[15] == 1_284)
        #expect(history.withLatestFirst { $0.count == 512 && $0[511] == 788 })
    }

    @Test func aSkippedTickRepeatsTheLastDemandAndCountsAsNotMeasured() {
        var summary = DemandSummary()
        for demand in 0..<20 { summary.observe(Float(demand)) }
        #expect(summary.measuredInARow == 16)
        let before = (summary.mean, summary.slowLevel, summary.volatility)
        summary.skip()
        #expect(summary.measuredInARow == 0)
        #expect(summary.history.demand(0) == 19 && summary.history.demand(1) == 19)
        #expect((summary.mean, summary.slowLevel, summary.volatility) == before)
    }
}
