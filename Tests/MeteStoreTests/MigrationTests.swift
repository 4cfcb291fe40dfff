import Foundation
import GRDB
import MeteModel
import MeteTestSupport
import Testing

@testable import MeteStore

/// Recordings of the first version: made by a mete of that version, which was killed, so that they hold blocks, roll-ups and windows that
/// are in no block yet.
struct MigrationTests {
    private static let always = Int64.min / 4...Int64.max / 4
    private static let metrics: [Metric] = [
        .runTime, .runQueueDelay, .voluntarySwitches, .delayP99, .resident, .threads,
    ]
    private let folder: TemporaryFolder
    private var file: String { folder.file("r") }

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-migration")
        let fixture = try #require(Bundle.module.url(forResource: "Fixtures/version-1", withExtension: "mete"))
        try FileManager.default.copyItem(atPath: fixture.path, toPath: file)
    }

    /// What that mete's `mete query --every 1s --format csv` printed.
    private func expectWhatItHeld(_ reader: StoreReader, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let table = try #require(Bundle.module.url(forResource: "Fixtures/version-1-1s", withExtension: "csv"))
        let lines = try String(contentsOf: table, encoding: .utf8).split(separator: "\n")
        let expected = lines.dropFirst().map(String.init)
        let end = try #require(expected.compactMap { $0.split(separator: ",").first.flatMap { Int64($0) } }.max())
        var found: [String] = []
        for (name, component) in [("machine", nil), ("rest", ComponentID("rest")), ("web", ComponentID("web"))] {
            for sample in try reader.samples(of: component, in: Self.always.lowerBound...end, tier: .second) {
                let values = Self.metrics.map { "\(sample[$0])" }
                found.append((["\(sample.end)", name, "\(sample.length)"] + values).joined(separator: ","))
            }
        }
        #expect(found == expected, sourceLocation: sourceLocation)
        let raw = try reader.samples(of: ComponentID("web"), in: Self.always.lowerBound...end)
        #expect(raw.count == 703, sourceLocation: sourceLocation)
        #expect(reader.damage.isEmpty, "\(reader.damage)", sourceLocation: sourceLocation)
    }

    private func versions() throws -> [String] {
        try DatabaseQueue(path: file).read {
            try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations ORDER BY 1")
        }
    }

    @Test func theFirstVersionIsReadAsItIs() throws {
        let reader = try StoreReader(path: file)
        #expect(reader.isFirstVersion)
        try expectWhatItHeld(reader)
        #expect(try reader.windows(in: Self.always).allSatisfy { $0.detail == nil })
        #expect(try reader.details(of: nil, DetailKind.allCases, in: Self.always).isEmpty)
        #expect(try reader.decisions(of: nil, in: Self.always).isEmpty)
        #expect(try reader.processes(of: nil, in: Self.always).isEmpty)
        #expect(reader.facts["version"] == "0.1.0")
        #expect(try versions() == ["1"], "reading changes nothing")
    }

    /// A file without the right to write it, as a backup has it.
    @Test func aFileThatMayNotBeWrittenIsRead() throws {
        let queue = try DatabaseQueue(path: file)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        try queue.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: file)
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        try expectWhatItHeld(StoreReader(path: file))
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
    }

    @Test func aWriterMigratesAndGoesOn() throws {
        let writer = try StoreWriter(
            path: file, settings: StoreWriter.Settings(interval: 100 * .perMillisecond), version: "test")
        let begin = try #require(try StoreReader(path: file).range()).upperBound
        var example = Example(seed: 4, interval: 100 * .perMillisecond, begin: begin)
        let windows = example.windows(1500)
        for window in windows { try writer.append(window) }
        try writer.close()
        #expect(try versions() == ["1", "2"])
        let reader = try StoreReader(path: file)
        #expect(!reader.isFirstVersion)
        try expectWhatItHeld(reader)
        let read = try reader.windows(in: Self.always)
        #expect(read.count == 703 + 1500)
        #expect(read.prefix(703).allSatisfy { $0.detail == nil }, "nothing was kept then")
        #expect(read.suffix(1500).map(\.detail) == windows.map(\.detail))
    }

    /// A writer of the first version that is at it.
    @Test func aFileThatIsBeingWrittenIsNotMigrated() throws {
        let fields = try String(contentsOfFile: "/proc/\(getppid())/stat", encoding: .utf8)
        let start = try #require(fields.split(separator: ")").last?.split(separator: " ").dropFirst(19).first)
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8).prefix(36)
        try DatabaseQueue(path: file).write {
            try $0.execute(
                sql: "UPDATE facts SET value = ? WHERE name = 'writer'", arguments: ["\(getppid()) \(start) \(boot)"])
        }
        let error = #expect(throws: StoreError.self) {
            try StoreWriter(
                path: file, settings: StoreWriter.Settings(interval: 100 * .perMillisecond), version: "test")
        }
        #expect(error?.code == .busy)
        #expect(try versions() == ["1"])
        try expectWhatItHeld(StoreReader(path: file))
    }
}
