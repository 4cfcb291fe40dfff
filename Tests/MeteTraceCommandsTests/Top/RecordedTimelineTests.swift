import MeteModel
import MeteStore
import MeteTestSupport
import SeededRandom
import Testing

@testable import MeteTraceCommands

struct RecordedTimelineTests {
    private let folder: TemporaryFolder
    /// Two times with nothing between them, each longer than what is in memory at once.
    private let ends: [Int64]

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-timeline")
        let first = (0..<1500).map { TopFixture.end + Int64($0) * .perSecond }
        ends = first + (0..<700).map { TopFixture.end + (90_000 + Int64($0)) * .perSecond }
        let writer = try StoreWriter(
            path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        for (index, end) in ends.enumerated() { try writer.append(Self.window(end, threads: index)) }
        try writer.close()
    }

    private static func window(_ end: Int64, threads: Int) -> RecordedWindow {
        var machine = RecordedSample(end: end, length: .perSecond)
        machine[.cpus] = 2
        machine[.threads] = Int64(threads)
        var sample = RecordedSample(end: end, length: .perSecond)
        sample[.runTime] = 1_000_000
        return RecordedWindow(machine: machine, components: [(TopFixture.web, sample)])
    }

    private func timeline(from: Int64? = nil, speed: Double = 1) throws -> RecordedTimeline {
        try #require(try RecordedTimeline(StoreReader(path: folder.file("r")), from: from, speed: speed))
    }

    @Test func beginsWhereItIsTold() throws {
        #expect(try timeline().shown?.end == ends.first)
        #expect(try timeline(from: ends[800] - .perSecond).shown?.end == ends[800])
        #expect(try timeline(from: ends[1499] + 3600 * .perSecond).shown?.end == ends[1500], "after a gap")
        let last = try timeline(from: .max)
        #expect(last.shown?.end == ends.last && last.isNewest)
    }

    @Test(arguments: 0..<6 as Range<UInt64>) func goesBackAndForthOverGaps(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let timeline = try timeline()
        var place = 0
        for _ in 0..<300 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                try timeline.moveToOldest()
                place = 0
            case 1:
                try timeline.moveToNewest()
                place = ends.count - 1
            default:
                let step = Int.random(in: -400...400, using: &random) / random.pick([1, 10, 100])
                try timeline.move(by: step)
                place = min(max(0, place + step), ends.count - 1)
            }
            #expect(timeline.shown?.end == ends[place])
            #expect(timeline.shown?.view.threadCount == place)
            #expect(timeline.isNewest == (place == ends.count - 1))
            let past = timeline.past(30).map(\.end)
            #expect(past == Array(ends[...place].suffix(past.count)) && past.count >= min(place + 1, 1))
            #expect(timeline.past(1).map(\.end) == [ends[place]])
        }
    }

    @Test func playsAtItsSpeedAndStopsAtTheEnd() throws {
        let timeline = try timeline(from: ends[ends.count - 4])
        var seen: [Int64] = []
        for _ in 0..<6 {
            seen.append(try #require(timeline.shown?.end))
            _ = try timeline.advance(to: timeline.due(isPaused: false), isPaused: false)
        }
        #expect(seen == Array(ends.suffix(3)) + Array(repeating: ends[ends.count - 1], count: 3))
        #expect(try !timeline.advance(to: timeline.due(isPaused: false), isPaused: true))
    }

    @Test func everySpeedIsKept() throws {
        let timeline = try timeline(speed: 1000)
        let start = timeline.due(isPaused: false)
        var now = start
        while now < start + 500 * .perMillisecond {
            _ = try timeline.advance(to: now, isPaused: false)
            now = timeline.due(isPaused: false)
        }
        let passed = now - start
        // A window is due each millisecond, and the first one is when it begins.
        let shown = try #require(timeline.shown?.end)
        let place = try #require(ends.firstIndex(of: shown))
        #expect(abs(Int64(place) - passed / .perMillisecond) <= 11, "\(place)")
    }

    @Test func timesWithoutARecordingAreNamed() throws {
        #expect(try timeline(from: ends[10]).notes.filter { $0.contains("Nothing was recorded") }.isEmpty)
        let timeline = try timeline(from: ends[1499] - .perSecond)
        try timeline.move(by: 1)
        #expect(timeline.notes.contains { $0.hasPrefix("Nothing was recorded from ") }, "\(timeline.notes)")
    }

    @Test func whatWasNotTracedIsNotShownAsNothing() {
        let window = Self.window(TopFixture.end, threads: 1)
        let untraced = [Metric.readRequests, .writeRequests, .resident, .sentBytes].map(\.name)
        let session = RecordedSession(
            start: TopFixture.end - 10 * .perSecond, version: "test", untraced: untraced, caveats: ["no hook for it"])
        let view = TraceView(window, [session])
        #expect(view.resources == .network)
        #expect(view.limits.contains("no hook for it.") && view.limits.contains { $0.contains(Metric.resident.name) })
        #expect(TraceView(window).resources == .all && TraceView(window).limits.isEmpty)
    }

    @Test func followsARecordingThatIsStillWritten() throws {
        let timeline = try timeline(from: .max)
        let writer = try StoreWriter(
            path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        let next = ends[ends.count - 1] + .perSecond
        try writer.append(Self.window(next, threads: 7))
        try writer.close()
        try timeline.move(by: 1)
        #expect(timeline.shown?.end == next)
    }
}
