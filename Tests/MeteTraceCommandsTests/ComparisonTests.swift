import MeteModel
import MeteStore
import MeteTestSupport
import SeededRandom
import Testing

@testable import MeteTraceCommands

/// What differs is marked, and what only varies is not.
struct ComparisonTests {
    private static let cores = 1e9

    /// - Parameter values: cores in each window of a second.
    private func windows(_ values: [Double], _ metric: Metric = .runTime) -> MetricWindows {
        var windows = MetricWindows(metric)
        for value in values {
            var sample = RecordedSample(end: 0, length: .perSecond)
            sample[metric] = Int64(value * Self.cores)
            windows.add(sample, [], least: .perSecond / 2)
        }
        return windows
    }

    /// - Parameter likeness: how alike neighbours are: the factor of an autoregressive process of first order.
    private func noise(
        _ random: inout SplitMix64, mean: Double, deviation: Double, likeness: Double = 0, count: Int = 60
    ) -> [Double] {
        var state = random.normal()
        return (0..<count).map { _ in
            state = likeness * state + (1 - likeness * likeness).squareRoot() * random.normal()
            return max(0, mean + deviation * state)
        }
    }

    @Test func meansAreOverTheTime() {
        var second = windows([0.25])
        var long = RecordedSample(end: 0, length: 3 * .perSecond)
        long[.runTime] = 2_250_000_000
        second.add(long, [], least: .perSecond / 2)
        let comparison = Comparison(windows([0.5, 0.75]), second)
        #expect(comparison.cells.map(\.shown).prefix(3) == ["0.625", "0.625", "+0.0 %"])
        #expect(!comparison.differs(by: 0))
    }

    // MARK: Noise

    /// Of an idle machine, too: the relative differences there are large.
    @Test(arguments: [(0.5, 0.1, 0), (0.01, 0.02, 0), (0.5, 0.1, 0.7)] as [(Double, Double, Double)])
    func twoSamplesOfTheSameAreNotMarked(mean: Double, deviation: Double, likeness: Double) {
        var random = SplitMix64(seed: 7)
        var beyondThreshold = 0
        var marked = 0
        for _ in 0..<300 {
            let first = windows(noise(&random, mean: mean, deviation: deviation, likeness: likeness))
            let second = windows(noise(&random, mean: mean, deviation: deviation, likeness: likeness))
            let (one, other) = (first.mean ?? 0, second.mean ?? 0)
            if abs(other - one) > 0.02 * one { beyondThreshold += 1 }
            if Comparison(first, second).differs(by: 0.02) { marked += 1 }
        }
        #expect(beyondThreshold > 30, "the detector: without a floor many would be")
        // One in a thousand is what is asked for; the correlation of neighbours is itself estimated, so a few more are.
        #expect(marked <= 3)
    }

    @Test(arguments: [0, 0.5]) func aShiftOfTheMeanIsMarked(likeness: Double) {
        var random = SplitMix64(seed: 11)
        for _ in 0..<50 {
            let first = windows(noise(&random, mean: 0.5, deviation: 0.1, likeness: likeness))
            let second = windows(noise(&random, mean: 0.75, deviation: 0.1, likeness: likeness))
            let comparison = Comparison(first, second)
            #expect(comparison.differs(by: 0.1) && !comparison.differs(by: 2))
            #expect(Comparison(second, first).differs(by: 0.1))
        }
    }

    @Test func aLoneSpikeIsNotMarked() {
        var values = [Double](repeating: 0.01, count: 60)
        let first = windows(values)
        values[30] = 2
        let second = windows(values)
        #expect((second.mean ?? 0) > 4 * (first.mean ?? 1), "the mean alone would be")
        #expect(!Comparison(first, second).differs(by: 0.1))
    }

    @Test func whatIsTooLittleToMatterIsNotMarked() {
        #expect(!Comparison(windows([0.001, 0.001]), windows([0.003, 0.003])).differs(by: 0.1))
        #expect(Comparison(windows([0.001, 0.001]), windows([0.011, 0.011])).differs(by: 0.1))
    }

    @Test func aWindowOfASideDoesNotTell() {
        let comparison = Comparison(windows([0.1]), windows([0.9, 0.9]))
        #expect(comparison.noise == nil && !comparison.differs(by: 0.1))
    }

    /// Ten windows of each side that vary alike: 18 degrees of freedom, of which the table of the distribution has 3.9216.
    @Test func theNoiseIsThatOfWelch() throws {
        // Sorted so that neighbours are not alike: of these the correlation is negative.
        let base = [0.6, 0.4, 0.6, 0.4, 0.6, 0.4, 0.6, 0.4, 0.6, 0.4]
        let comparison = Comparison(windows(base), windows(base.map { $0 + 0.25 }))
        let error = (2 * 0.1 / 9 * 0.1).squareRoot()
        #expect(abs(try #require(comparison.noise) - 3.9216 * error) < 1e-4 * error, "two-sided, 0.001")
        #expect(comparison.differs(by: 0.1))
    }

    /// Abramowitz and Stegun, table 26.10, and that of the normal distribution.
    @Test(
        arguments: [
            (1, 0.001, 636.619), (2, 0.05, 4.303), (5, 0.01, 4.032), (10, 0.001, 4.587), (30, 0.05, 2.042),
            (1e7, 0.05, 1.960),
        ] as [(Double, Double, Double)])
    func quantilesAreThoseOfTheTables(freedom: Double, probability: Double, expected: Double) {
        let found = StudentT.quantile(twoSided: probability, freedom: freedom)
        #expect(abs(found - expected) < 0.0006)
        #expect(abs(StudentT.twoSided(found, freedom: freedom) - probability) < 1e-9)
    }

    @Test func windowsThatAreAlikeSayLess() {
        var random = SplitMix64(seed: 3)
        let alike = windows(noise(&random, mean: 1, deviation: 0.1, likeness: 0.8, count: 2000)).spread
        let independent = windows(noise(&random, mean: 1, deviation: 0.1, count: 2000)).spread
        #expect(abs(alike.independent - 2000.0 / 9) < 60, "(1 - r) / (1 + r) of 0.8")
        #expect(independent.independent > 1800)
    }

    // MARK: What stands in the table

    @Test func whatIsOnOneSideOnlyIsNewOrGone() {
        let (nothing, one) = (windows([0, 0]), windows([1, 1]))
        #expect(Comparison(nothing, one).cells.map(\.shown) == ["0.000", "1.000", "new", "±0.000"])
        #expect(Comparison(one, nothing).cells.map(\.shown) == ["1.000", "0.000", "gone", "±0.000"])
        #expect(Comparison(nothing, one).differs(by: 0.1) && Comparison(one, nothing).differs(by: 0.1))
        #expect(Comparison(nothing, nothing).isEmpty)
        #expect(Comparison(MetricWindows(.runTime), one).cells.map(\.shown) == ["–", "1.000", "–", "–"])
    }

    @Test(
        arguments: [
            (.runTime, 0.0123, "0.012"), (.readBytes, 4096, "4.0K/s"), (.minorFaults, 2.5, "2.5/s"),
            (.delayP99, 82_000, "82us"), (.readLatency, 1_200_000, "1.2ms"), (.resident, 1_048_576, "1.0M"),
            (.capacity, 1875, "1.875"), (.cpuStalledSome, 0.125, "12.5%"), (.threads, 8.4, "8"),
            (.lost, 0.5, "0.500/s"),
        ] as [(Metric, Double, String)]) func valuesHaveTheirUnit(metric: Metric, value: Double, shown: String)
    {
        #expect(metric.shown(compared: value) == shown)
    }

    // MARK: Recordings

    /// Longer than what is read at once: each window counts once, with zeroes where the component did nothing, and losses as they came.
    @Test func everyWindowOfARecordingIsCompared() throws {
        let folder = try TemporaryFolder(prefix: "mete-compare")
        let web = ComponentID("web")
        var settings = StoreWriter.Settings(interval: .perSecond)
        settings.batch = 60 * .perSecond
        let writer = try StoreWriter(path: folder.file("r"), settings: settings, version: "test")
        let begin: Int64 = 1_800_000_000 * .perSecond + 123_456_000
        for second in 1...3000 as ClosedRange<Int64> {
            let end = begin + second * .perSecond
            var machine = RecordedSample(end: end, length: .perSecond)
            machine[.lost] = second / 1000
            var sample = RecordedSample(end: end, length: .perSecond)
            sample[.runTime] = 300_000_000
            if second % 100 == 0 { sample[.delayP99] = LatencyHistogram.upperBound(of: 40) }
            try writer.append(RecordedWindow(machine: machine, components: second > 2000 ? [(web, sample)] : []))
        }
        try writer.close()
        let reader = try StoreReader(path: folder.file("r"))
        let part = try ComparedPart(reader, try #require(try reader.range()), [.runTime, .delayP99, .lost])
        let own = try #require(part.windows[web])
        #expect(own[0].spread.count == 3000 && abs((own[0].mean ?? 0) - 0.1) < 1e-9)
        #expect(own[1].spread.count == 10 && own[1].mean == Double(LatencyHistogram.upperBound(of: 40)))
        let machine = try #require(part.windows[nil as ComponentID?])
        #expect(abs((machine[2].mean ?? 0) - 3.0 / 3000) < 1e-12)
        #expect(part.absent[0].spread.count == 3000 && part.absent[0].mean == 0)
    }

    /// A window that is cut short says little of how windows vary.
    @Test func aShortWindowIsNoneOfTheSpread() {
        var values = windows([0.5, 0.5, 0.5])
        var last = RecordedSample(end: 0, length: .perMillisecond)
        last[.runTime] = 2 * .perMillisecond
        values.add(last, [], least: .perSecond / 2)
        #expect(values.spread.count == 3 && values.spread.varianceOfMean == 0)
        #expect((values.mean ?? 0) > 0.5)
    }
}
