import MeteModel
import SeededRandom
import Testing

struct LatencyHistogramTests {
    @Test(
        arguments: [
            (0, 0), (255, 0), (256, 0), (319, 0), (320, 1), (511, 3), (512, 4), (1 << 20, 48),
            ((1 << 20) + (1 << 18), 49),
            (1 << 40, 127), (.max, 127),
        ] as [(Nanoseconds, Int)])
    func putsDurationsIntoClasses(duration: Nanoseconds, index: Int) {
        #expect(LatencyHistogram.index(of: duration) == index)
    }

    @Test func aClassEndsWhereTheNextBegins() {
        for index in 0..<LatencyHistogram.classes - 1 {
            let bound = LatencyHistogram.upperBound(of: index)
            #expect(LatencyHistogram.index(of: bound - 1) == index)
            #expect(LatencyHistogram.index(of: bound) == index + 1)
        }
    }

    @Test func quantilesAreAtMostAQuarterTooLarge() throws {
        var random = SplitMix64(seed: 7)
        var histogram = LatencyHistogram()
        var durations: [Nanoseconds] = []
        for _ in 0..<10_000 {
            let duration = Nanoseconds(1000 / max(1e-4, random.uniform()))
            durations.append(duration)
            histogram.add(duration)
        }
        durations.sort()
        for share in [0.5, 0.99, 0.999] {
            let exact = durations[Int((share * 10_000).rounded(.up)) - 1]
            let found = try #require(histogram.quantile(share))
            #expect(found > exact && Double(found) <= 1.25 * Double(exact) + 1, "\(share): \(found) for \(exact)")
        }
    }

    @Test func differencesAreOfOneWindow() {
        var early = LatencyHistogram()
        early.add(1000)
        var late = early
        late.add(5000)
        #expect((late - early).total == 1)
        #expect((late - early).quantile(0.5) == LatencyHistogram.upperBound(of: LatencyHistogram.index(of: 5000)))
        #expect((late - late) == LatencyHistogram())
        #expect(LatencyHistogram().quantile(0.5) == nil)
    }
}
