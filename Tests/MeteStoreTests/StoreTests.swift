import Foundation
import GRDB
import MeteModel
import MeteTestSupport
import SeededRandom
import Testing

@testable import MeteStore

/// What is written is what is read: windows, roll-ups, ages, and what a crash or a stranger leaves.
struct StoreTests {
    private static let begin: Int64 = 1_800_000_000 * .perSecond

    private func windows(
        _ count: Int, interval: Nanoseconds, components: [String] = ["web", "db"], seed: UInt64 = 1
    ) -> [RecordedWindow] {
        var random = SplitMix64(seed: seed)
        return (1...count).map { index in
            let end = Self.begin + Int64(index) * interval
            var machine = RecordedSample(end: end, length: interval)
            machine[.capacity] = 2000
            let samples = components.map { name in
                var sample = RecordedSample(end: end, length: interval)
                sample[.runTime] = Int64(random.next() % UInt64(interval)) / 1000 * 1000
                sample[.delayP99] = LatencyHistogram.upperBound(of: Int(random.next() % 60))
                sample[.threads] = 3
                if index % 7 == 0 { sample[.readBytes] = 4096 }
                return (component: ComponentID(name), sample: sample)
            }
            return RecordedWindow(machine: machine, components: samples)
        }
    }

    /// The first window lasts as long as tracing takes to begin, whatever the interval.
    @Test func aLongFirstWindowIsPartOfTheRange() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        var windows = windows(3, interval: .perSecond)
        let length: Nanoseconds = 7 * .perSecond
        windows[0].machine.length = length
        for index in windows[0].components.indices { windows[0].components[index].sample.length = length }
        try record(windows, to: folder.file("r"), interval: .perSecond)
        let reader = try StoreReader(path: folder.file("r"))
        let range = try #require(try reader.range())
        #expect(range.lowerBound == Self.begin + .perSecond - length)
        #expect(try reader.windows(in: range).map(\.machine.length) == [length, .perSecond, .perSecond])
    }

    @Test func aCaveatThatShowsItselfLateIsTheSessionsOwn() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let path = folder.file("late.mete")
        let writer = try StoreWriter(
            path: path, settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        writer.add(caveat: "of no session")
        try writer.begin(RecordedSession(start: Self.begin, version: "test", untraced: [], caveats: ["early"]))
        for window in windows(2, interval: .perSecond) {
            try writer.append(window)
            writer.add(caveat: "late")
        }
        try writer.close()
        let sessions = try StoreReader(path: path).sessions
        #expect(sessions.map(\.caveats) == [["early", "late"]])
        #expect(sessions.map(\.start) == [Self.begin])
    }

    private func record(
        _ windows: [RecordedWindow], to path: String, interval: Nanoseconds,
        change: (inout StoreWriter.Settings) -> Void = { _ in }
    ) throws {
        var settings = StoreWriter.Settings(interval: interval)
        change(&settings)
        let writer = try StoreWriter(path: path, settings: settings, version: "test")
        for window in windows { try writer.append(window) }
        try writer.close()
    }

    private static let always = Int64.min / 4...Int64.max / 4

    @Test(arguments: [1, 50, 700, 5000]) func replayEqualsWhatWasRecorded(count: Int) throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        var windows = windows(count, interval: 100 * .perMillisecond)
        try record(windows, to: folder.file("r"), interval: 100 * .perMillisecond)
        let reader = try StoreReader(path: folder.file("r"))
        for index in windows.indices { windows[index].components.sort { $0.component < $1.component } }
        #expect(try reader.windows(in: Self.always) == windows)
        #expect(reader.damage.isEmpty)
        let range = try #require(try reader.range())
        #expect(range == Self.begin...Self.begin + Int64(count) * 100 * .perMillisecond)
    }

    /// Sums stay sums, whichever tier is asked and wherever its blocks end.
    @Test(arguments: [Tier.second, .tenSeconds, .minute]) func rollUpsAddUp(tier: Tier) throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let windows = windows(45_000, interval: 200 * .perMillisecond, components: ["web"])
        try record(windows, to: folder.file("r"), interval: 200 * .perMillisecond)
        let reader = try StoreReader(path: folder.file("r"))
        let samples = try reader.samples(of: ComponentID("web"), in: Self.always, tier: tier)
        let all = windows.map { $0.components[0].sample }
        #expect(samples.reduce(0) { $0 + $1[.runTime] } == all.reduce(0) { $0 + $1[.runTime] })
        #expect(samples.reduce(0) { $0 + $1[.readBytes] } == all.reduce(0) { $0 + $1[.readBytes] })
        #expect(samples.reduce(0) { $0 + $1.length } == all.reduce(0) { $0 + $1.length })
        #expect(samples.map { $0[.delayP99] }.max() == all.map { $0[.delayP99] }.max())
        #expect(samples.allSatisfy { $0[.threads] == 3 && $0.length <= tier.length })
        #expect(samples == tier.fold(all), "the same as folded at once")
    }

    @Test func aPartOfARecordingIsReadByItself() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let windows = windows(2000, interval: .perSecond)
        try record(windows, to: folder.file("r"), interval: .perSecond)
        let reader = try StoreReader(path: folder.file("r"))
        let range = Self.begin + 500 * .perSecond...Self.begin + 1500 * .perSecond
        let samples = try reader.samples(of: ComponentID("db"), in: range)
        #expect(samples.count == 1000)
        #expect(samples.first?.end == Self.begin + 501 * .perSecond)
        #expect(try reader.samples(of: ComponentID("nobody"), in: range).isEmpty)
    }

    @Test func whatIsWrittenIsSeenAtOnceByAReader() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let writer = try StoreWriter(
            path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        for (index, window) in windows(5, interval: .perSecond).enumerated() {
            try writer.append(window)
            #expect(try StoreReader(path: folder.file("r")).windows(in: Self.always).count == index + 1)
        }
    }

    /// Somebody looks on while the writer ends: the recording is whole, and that is no failure.
    @Test func aWriterClosesWhileItIsRead() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let path = folder.file("r")
        let writer = try StoreWriter(path: path, settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        for window in windows(5, interval: .perSecond) { try writer.append(window) }
        let looking = try DatabaseQueue(path: path)
        try looking.unsafeReentrantRead { database in
            try database.execute(sql: "BEGIN; SELECT count(*) FROM recent")
            try writer.close()
            try database.execute(sql: "COMMIT")
        }
        #expect(try StoreReader(path: path).windows(in: Self.always).count == 5)
    }

    /// A writer that is dropped without a word, as SIGKILL drops one, and another that goes on.
    @Test func aWriterGoesOnWhereTheLastOneWasCutOff() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let all = windows(3000, interval: 100 * .perMillisecond)
        for part in stride(from: 0, to: 3000, by: 250) {
            let writer = try StoreWriter(
                path: folder.file("r"), settings: StoreWriter.Settings(interval: 100 * .perMillisecond), version: "test"
            )
            for window in all[part..<part + 250] { try writer.append(window) }
        }
        let reader = try StoreReader(path: folder.file("r"))
        #expect(try reader.windows(in: Self.always).count == 3000, "250 windows are whole batches of ten")
    }

    /// A clock that is set back by an hour.
    @Test func timeInAFileNeverGoesBack() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        var windows = windows(1500, interval: .perSecond)
        for index in 1000..<1500 {
            windows[index].machine.end -= 3600 * .perSecond
            for place in windows[index].components.indices {
                windows[index].components[place].sample.end -= 3600 * .perSecond
            }
        }
        try record(windows, to: folder.file("r"), interval: .perSecond)
        let samples = try StoreReader(path: folder.file("r")).samples(of: ComponentID("web"), in: Self.always)
        #expect(samples.map { $0[.runTime] } == windows.map { $0.components[0].sample[.runTime] })
        #expect(zip(samples, samples.dropFirst()).allSatisfy { $0.end < $1.end })
    }

    /// However short single windows are kept, the sums are whole.
    @Test(arguments: [60, 900, 5000] as [Int64]) func whatIsGivenUpIsInTheSums(seconds: Int64) throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let windows = windows(20_000, interval: .perSecond)
        try record(windows, to: folder.file("r"), interval: .perSecond) { $0.ages = [.raw: seconds * .perSecond] }
        let samples = try StoreReader(path: folder.file("r")).samples(
            of: ComponentID("web"), in: Self.always, tier: .tenSeconds)
        let sum = windows.reduce(0) { $0 + $1.components[0].sample[.runTime] }
        #expect(samples.reduce(0) { $0 + $1[.runTime] } == sum)
    }

    @Test func oldBlocksGoTheFinestFirst() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let windows = windows(20_000, interval: .perSecond)
        try record(windows, to: folder.file("r"), interval: .perSecond) { $0.ages = [.raw: 3600 * .perSecond] }
        let reader = try StoreReader(path: folder.file("r"))
        let raw = try reader.samples(of: ComponentID("web"), in: Self.always)
        #expect(raw.count < 5000)
        let coarse = try reader.samples(of: ComponentID("web"), in: Self.always, tier: .tenSeconds)
        #expect(coarse.reduce(0) { $0 + $1.length } == 20_000 * .perSecond)
    }

    @Test func theFileStaysBelowItsLimit() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        try record(windows(20_000, interval: .perSecond), to: folder.file("free"), interval: .perSecond)
        try record(windows(20_000, interval: .perSecond), to: folder.file("tight"), interval: .perSecond) {
            $0.mostBytes = 200_000
        }
        let sizes = try ["free", "tight"].map {
            try #require(try FileManager.default.attributesOfItem(atPath: folder.file($0))[.size] as? Int)
        }
        #expect(sizes[0] > 400_000 && sizes[1] < 300_000, "\(sizes)")
    }

    // MARK: Files that are none

    @Test(arguments: ["", "short", String(repeating: "no-recording-", count: 100)])
    func aFileOfAnotherKindIsRefused(text: String) throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let path = try folder.write(text, to: "r")
        let error = #expect(throws: StoreError.self) { try StoreReader(path: path) }
        #expect(error?.code == .foreign || error?.code == .damaged)
        #expect(try folder.text("r") == text, "it is left as it is")
    }

    @Test func anotherProgramsDatabaseIsRefused() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        try DatabaseQueue(path: folder.file("r")).write { try $0.execute(sql: "CREATE TABLE t (a)") }
        #expect(throws: StoreError.self) { try StoreReader(path: folder.file("r")) }
        let error = #expect(throws: StoreError.self) {
            try StoreWriter(
                path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        }
        #expect(error?.code == .foreign)
    }

    @Test func nobodyElseReadsARecording() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let path = folder.file("r")
        let writer = try StoreWriter(path: path, settings: .init(interval: .perSecond), version: "test")
        for window in windows(2, interval: .perSecond) { try writer.append(window) }
        for name in [path, path + "-wal", path + "-shm"] {
            let mode = try FileManager.default.attributesOfItem(atPath: name)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
        try writer.close()
    }

    @Test func aMissingFileIsNamed() throws {
        let error = #expect(throws: StoreError.self) { try StoreReader(path: "/nonexistent/r") }
        #expect(error?.code == .missing && error?.description.contains("/nonexistent/r") == true)
    }

    @Test func aLaterMetesRecordingIsRefused() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        try record(windows(10, interval: .perSecond), to: folder.file("r"), interval: .perSecond)
        try DatabaseQueue(path: folder.file("r")).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')")
        }
        #expect(#expect(throws: StoreError.self) { try StoreReader(path: folder.file("r")) }?.code == .newer)
    }

    /// Longer windows, and then shorter ones, in one recording: what is read is what was written, single windows and sums.
    @Test func windowsOfSeveralLengthsAreOneRecording() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        let parts: [(count: Int, interval: Nanoseconds)] = [
            (900, .perSecond), (400, 2 * .perSecond), (9000, 100 * .perMillisecond),
        ]
        var all: [RecordedWindow] = []
        var begin = Self.begin
        for (count, interval) in parts {
            var part = windows(count, interval: interval, components: ["web"])
            for index in part.indices {
                let end = begin + Int64(index + 1) * interval
                part[index].machine.end = end
                part[index].components[0].sample.end = end
            }
            try record(part, to: folder.file("r"), interval: interval) { $0.batch = 60 * .perSecond }
            begin += Int64(count) * interval
            all += part
        }
        let reader = try StoreReader(path: folder.file("r"))
        #expect(reader.interval == 100 * .perMillisecond)
        #expect(try reader.windows(in: Self.always) == all)
        #expect(try reader.gaps(in: Self.always).isEmpty)
        let sum = all.reduce(0) { $0 + $1.components[0].sample[.runTime] }
        for tier in Tier.allCases {
            let samples = try reader.samples(of: ComponentID("web"), in: Self.always, tier: tier)
            #expect(samples.reduce(0) { $0 + $1[.runTime] } == sum, "\(tier)")
            #expect(samples.reduce(0) { $0 + $1.length } == begin - Self.begin, "\(tier)")
        }
    }

    @Test func aDamagedBlockIsNamedAndTheRestIsRead() throws {
        let folder = try TemporaryFolder(prefix: "mete-store")
        try record(windows(3000, interval: .perSecond), to: folder.file("r"), interval: .perSecond)
        try DatabaseQueue(path: folder.file("r")).write {
            try $0.execute(
                sql: """
                    UPDATE blocks SET data = substr(data, 1, 20) || x'ff' || substr(data, 22)
                    WHERE component = (SELECT id FROM components WHERE name = 'web') AND tier = 0
                        AND start = (SELECT min(start) FROM blocks WHERE tier = 0)
                    """)
        }
        let reader = try StoreReader(path: folder.file("r"))
        let component = reader.components.first { $0.name == "web" }
        let samples = try reader.samples(of: component, in: Self.always)
        #expect(samples.count > 1000 && samples.count < 3000)
        #expect(reader.damage.count == 1 && reader.damage.first?.component == component)
        #expect(try reader.samples(of: ComponentID("db"), in: Self.always).count == 3000)
    }
}
