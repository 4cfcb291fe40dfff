import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

struct ResidualWindowTests {
    @Test func boundIsTheConformalRank() {
        var generator = SplitMix64(seed: 1)
        var window = ResidualWindow()
        for residual in (1...19).shuffled(using: &generator) { window.insert(Double(residual)) }
        // ⌈20 · 0.5⌉ = 10, ⌈20 · 0.95⌉ = 19; 0.99 would need a 20th.
        #expect(window.bound(at: 0.5) == 10)
        #expect(window.bound(at: 0.95) == 19)
        #expect(window.bound(at: 0.99) == nil)
    }

    @Test func knowsNoBoundWhenEmpty() {
        #expect(ResidualWindow().bound(at: 0.5) == nil)
    }

    @Test func keepsExactlyTheLatestInOrderOfSize() {
        var generator = SplitMix64(seed: 2)
        var window = ResidualWindow()
        var all: [Float] = []
        for step in 0..<1_000 {
            // Few distinct values, so that equal residuals come and go.
            let residual = (generator.normal() * 4).rounded() / 2
            window.insert(residual)
            all.append(Float(residual))
            let reference = all.suffix(ResidualWindow.capacity).sorted()
            #expect(window.count == reference.count)
            for level in Quantiles.levels {
                let rank = Int((Double(reference.count + 1) * level).rounded(.up))
                #expect(
                    window.bound(at: level) == (rank <= reference.count ? reference[rank - 1] : nil), "step \(step)")
            }
        }
    }

    @Test func untriedLevelsGetTheMarginOrTheLargestResidual() {
        var window = ResidualWindow()
        #expect(
            window.bounds(above: 4, from: 4, margin: 1) == Quantiles(median: 4, p90: 5, p95: 5, p99: 5))
        window.insert(3)
        #expect(
            window.bounds(above: 4, from: 4, margin: 1) == Quantiles(median: 4, p90: 7, p95: 7, p99: 7))
    }

    @Test func quantilesAreCutAtZero() {
        var window = ResidualWindow()
        for _ in 0..<100 { window.insert(-5) }
        #expect(window.bounds(above: 0, from: 1, margin: 0) == Quantiles(point: 0))
    }
}
