import MeteModel
import MeteStore
import MeteTestSupport
import Testing

@testable import MeteTraceCommands

struct RecordingSummaryTests {
    /// Longer than what is read at once: each window counts once, whatever the ends of the stretches.
    @Test func aSumIsOfEveryWindowOnce() throws {
        let folder = try TemporaryFolder(prefix: "mete-summary")
        let web = ComponentID("web")
        var settings = StoreWriter.Settings(interval: .perSecond)
        settings.batch = 60 * .perSecond
        let writer = try StoreWriter(path: folder.file("r"), settings: settings, version: "test")
        let begin: Int64 = 1_800_000_000 * .perSecond + 123_456_000
        for second in 1...3000 as ClosedRange<Int64> {
            let end = begin + second * .perSecond
            var sample = RecordedSample(end: end, length: .perSecond)
            sample[.runTime] = second * 1000
            sample[.threads] = second % 700
            try writer.append(
                RecordedWindow(
                    machine: RecordedSample(end: end, length: .perSecond),
                    components: second > 2000 ? [(web, sample)] : []))
        }
        try writer.close()
        let reader = try StoreReader(path: folder.file("r"))
        let part = try #require(try reader.range())
        #expect(Array(Stretches(part, tier: .raw, interval: reader.interval)).count > 3)
        let sums = try RecordingSummary(reader, part).sums
        let sum = try #require(sums[web])
        #expect(sum[.runTime] == (2001...3000).reduce(0, +) * 1000)
        #expect(sum[.threads] == 699 && sum.length == 3000 * .perSecond && sum.end == part.upperBound)
    }

    /// A first window of two seconds, and nothing from the third second to the eighth: 1 core is 1 core in what is known.
    @Test func whatWasNotRecordedIsNoTimeOfDoingNothing() throws {
        let folder = try TemporaryFolder(prefix: "mete-summary")
        let web = ComponentID("web")
        let writer = try StoreWriter(
            path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        let begin: Int64 = 1_800_000_000 * .perSecond
        for (end, length) in [(2, 2), (8, 1), (9, 1)] as [(Int64, Int64)] {
            var sample = RecordedSample(end: begin + end * .perSecond, length: length * .perSecond)
            sample[.runTime] = length * .perSecond
            try writer.append(RecordedWindow(machine: sample, components: end == 9 ? [] : [(web, sample)]))
        }
        try writer.close()
        let reader = try StoreReader(path: folder.file("r"))
        let sums = try RecordingSummary(reader, try #require(try reader.range())).sums
        #expect(sums[nil]?.rate(of: .runTime) == 1 && sums[nil]?.length == 4 * .perSecond)
        #expect(sums[web]?.rate(of: .runTime) == 0.75)
    }
}
