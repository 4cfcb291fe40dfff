import Foundation
import GRDB
import MeteModel
import MeteTestSupport
import SeededRandom
import Testing

@testable import MeteStore

/// Devices, sockets, disturbances and threads: what is written is what is read, sums stay sums, and what is given up is said.
struct DetailTests {
    private static let always = Int64.min / 4...Int64.max / 4
    private let folder: TemporaryFolder
    private var file: String { folder.file("r") }

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-detail")
    }

    private func record(
        _ windows: [RecordedWindow], interval: Nanoseconds, change: (inout StoreWriter.Settings) -> Void = { _ in }
    ) throws {
        var settings = StoreWriter.Settings(interval: interval)
        change(&settings)
        let writer = try StoreWriter(path: file, settings: settings, version: "test")
        for window in windows { try writer.append(window) }
        try writer.close()
    }

    @Test(arguments: [1, 50, 700, 2500]) func replayEqualsWhatWasRecorded(count: Int) throws {
        var example = Example(seed: UInt64(count), interval: .perSecond)
        let windows = example.windows(count)
        try record(windows, interval: .perSecond)
        let reader = try StoreReader(path: file)
        #expect(try reader.windows(in: Self.always) == windows)
        #expect(reader.damage.isEmpty)
        #expect(windows.contains { $0.detail?.threads.isEmpty == false }, "there is something to keep")
    }

    @Test func aRecordingWithoutDetailsHasNone() throws {
        var example = Example(seed: 1, interval: .perSecond)
        var windows = example.windows(700)
        for index in windows.indices { windows[index].detail = nil }
        try record(windows, interval: .perSecond)
        let reader = try StoreReader(path: file)
        #expect(reader.detailsSince == nil)
        #expect(try reader.windows(in: Self.always) == windows)
    }

    /// Whichever tier is asked and wherever its blocks end, also for the part that is in no block yet.
    @Test func rollUpsAddUp() throws {
        var example = Example(seed: 3, interval: 20 * .perSecond)
        let windows = example.windows(1800)
        try record(windows, interval: 20 * .perSecond)
        let reader = try StoreReader(path: file)
        let web = ComponentID("web")
        for kind in [DetailKind.device, .socket, .disturbance] {
            func sums(_ samples: [DetailSample]) -> [String: [Int64]] {
                Dictionary(grouping: samples, by: \.key).mapValues { lines in
                    kind.metrics.map { metric in lines.reduce(0) { $0 + $1[metric] } }
                }
            }
            let raw = windows.flatMap { $0.detail?.samples ?? [] }.filter { $0.component == web && $0.kind == kind }
            let folded = try reader.details(of: web, [kind], in: Self.always, tier: .minute)
            #expect(sums(folded) == sums(raw), "\(kind)")
            #expect(folded.count < raw.count)
            #expect(folded.allSatisfy { $0.length <= Tier.minute.length })
        }
        let blocks = try DatabaseQueue(path: file).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM details WHERE tier = 3") ?? 0
        }
        #expect(blocks > 0, "and there are blocks of it")
    }

    @Test func ofThreadsTheBusiestStay() throws {
        var example = Example(seed: 5, interval: 2 * .perSecond)
        try record(example.windows(1900), interval: 2 * .perSecond) { $0.mostThreads = 2 }
        let reader = try StoreReader(path: file)
        let threads = try reader.details(of: ComponentID("web"), [.thread], in: Self.always, tier: .tenSeconds)
        let inBlocks = try #require(
            try DatabaseQueue(path: file).read {
                try Int64.fetchOne($0, sql: "SELECT max(end) FROM details WHERE kind = 4 AND tier = 2")
            })
        let counts = Dictionary(grouping: threads.filter { $0.end <= inBlocks }) {
            ($0.end - $0.length / 2) / (10 * .perSecond)
        }
        #expect(counts.count > 300 && counts.values.allSatisfy { $0.count <= 2 })
        let minutes = try reader.details(of: ComponentID("web"), [.thread], in: Self.always, tier: .minute)
        func sum(_ samples: [DetailSample]) -> Int64 { samples.reduce(0) { $0 + $1[.runTime] } }
        #expect(sum(minutes) == sum(threads), "no blocks of minutes are kept: they are made from those")
        #expect(minutes.count < threads.count)
    }

    @Test func whatIsGivenUpForAgeIsSaid() throws {
        var example = Example(seed: 6, interval: 20 * .perSecond)
        try record(example.windows(3000), interval: 20 * .perSecond) { $0.ages = [.raw: 1800 * .perSecond] }
        let reader = try StoreReader(path: file)
        let since = try #require(reader.detailsSince)
        let range = try #require(try reader.range())
        #expect(since > range.lowerBound && since < range.upperBound)
        let windows = try reader.windows(in: Self.always)
        #expect(windows.allSatisfy { ($0.detail != nil) == ($0.machine.end > since) })
        let coarse = try reader.details(of: ComponentID("db"), [.device], in: Self.always, tier: .minute)
        #expect(try #require(coarse.first).end < since, "its sums stay")
    }

    @Test func aDamagedBlockIsNamedAndTheRestIsRead() throws {
        var example = Example(seed: 7, interval: .perSecond)
        try record(example.windows(1300), interval: .perSecond)
        try DatabaseQueue(path: file).write {
            try $0.execute(
                sql: """
                    UPDATE details SET data = substr(data, 1, 30) || x'ff' || substr(data, 32)
                    WHERE component = 1 AND kind = 3 AND start = (SELECT min(start) FROM details)
                    """)
        }
        let reader = try StoreReader(path: file)
        let component = try #require(reader.components.last)
        _ = try reader.windows(in: Self.always)
        #expect(reader.damage.count == 1, "\(reader.damage)")
        #expect(reader.damage.first?.part?.contains("details of") == true, "\(component)")
    }

    /// The limit holds all the time, and not only when blocks are packed.
    @Test func theFileStaysBelowItsLimitAtEveryMoment() throws {
        var example = Example(seed: 8, interval: 100 * .perMillisecond)
        var settings = StoreWriter.Settings(interval: 100 * .perMillisecond)
        settings.mostBytes = 300_000
        let writer = try StoreWriter(path: file, settings: settings, version: "test")
        var largest: Int64 = 0
        for index in 1...6000 {
            try writer.append(example.window())
            guard index % 100 == 0 else { continue }
            let size = try DatabaseQueue(path: file).read { try StoreWriter.size(of: $0) }
            largest = max(largest, size)
        }
        try writer.close()
        #expect(largest > 250_000 && largest < 400_000, "\(largest)")
        let reader = try StoreReader(path: file)
        #expect(reader.damage.isEmpty)
        let raw = try #require(try reader.samples(of: nil, in: Self.always).first)
        let seconds = try #require(try reader.samples(of: nil, in: Self.always, tier: .second).first)
        #expect(seconds.end < raw.end, "the coarser tiers reach further back")
    }

    @Test(arguments: 1...20) func blocksComeBack(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let kind = random.pick(DetailKind.allCases)
        var columns = DetailColumns(kind: kind)
        for index in 0..<Int(random.next() % 300) {
            columns.append(
                key: "\(random.next() % 7)", end: Int64(index / 3) * 1000, length: 1000,
                values: kind.metrics.map { $0.unpacked(Int64(random.next() % 1000)) })
        }
        let decoded = try DetailColumns(kind: kind, decoding: columns.encoded())
        func lines(_ columns: DetailColumns) -> [String] {
            (0..<columns.count).map { "\(columns.sample($0, of: .rest))" }.sorted()
        }
        #expect(lines(decoded) == lines(columns))
        let parts = columns.parts(ofAtMost: 50)
        #expect(parts.flatMap(lines).sorted() == lines(columns) && parts.allSatisfy { $0.count <= 50 })
    }
}
