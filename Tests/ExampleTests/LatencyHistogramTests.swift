import SeededRandom
import Testing

@testable import open_loop

struct LatencyHistogramTests {
    /// Durations over many orders of magnitude.
    private func durations(seed: UInt64, count: Int = 5000) -> [Int64] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            Int64.random(in: 0..<(1 << Int64.random(in: 1...37, using: &generator)), using: &generator)
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func quantilesAreNeverUnderstatedAndOverstatedByLessThanAThousandth(seed: UInt64) {
        let values = durations(seed: seed)
        let sorted = values.sorted()
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        for q in [0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = sorted[max(1, Int((q * Double(sorted.count)).rounded(.up))) - 1]
            let told = histogram.quantile(q)
            #expect(told >= exact)
            #expect(Double(told - exact) <= Double(exact) / 1000)
        }
        #expect(histogram.maximum == sorted.last)
        #expect(histogram.quantile(1) == sorted.last)
    }

    @Test
    func addingIsTheSameAsRecordingBoth() {
        var (first, second, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for value in durations(seed: 1) {
            first.record(value)
            both.record(value)
        }
        for value in durations(seed: 2) {
            second.record(value)
            both.record(value)
        }
        first.add(second)
        #expect(first.count == both.count)
        for permille in 0...1000 {
            #expect(first.quantile(Double(permille) / 1000) == both.quantile(Double(permille) / 1000))
        }
    }

    @Test
    func anEmptyOneSaysZero() {
        #expect(LatencyHistogram().quantile(0.99) == 0)
    }

    @Test
    func whatIsBeyondTheRangeKeepsItsMaximum() {
        var histogram = LatencyHistogram()
        histogram.record(1 << 50)
        histogram.record(-5)
        #expect(histogram.maximum == 1 << 50)
        #expect(histogram.quantile(0.5) == 0)
        #expect(histogram.count == 2)
    }
}
