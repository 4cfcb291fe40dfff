import Foundation
import GRDB
import MeteModel
import MeteTestSupport
import SeededRandom
import Testing

@testable import MeteStore

/// Files that are not what was written: each is read as far as it goes, with what is missing said, or refused with a reason.
struct DamageTests {
    private static let always = Int64.min / 4...Int64.max / 4

    /// So that the roll-up to a minute has a block.
    private static let interval = 30 * Nanoseconds.perSecond

    /// All that a reader can tell of a file.
    private struct Contents: Equatable {
        var windows: [RecordedWindow]
        var minutes: [RecordedSample]
        var decisions: [RecordedDecision]
        var processes: [RecordedProcess]
        var facts: [String: String]

        init(_ reader: StoreReader) throws(StoreError) {
            windows = try reader.windows(in: DamageTests.always)
            minutes = try reader.samples(of: nil, in: DamageTests.always, tier: .minute)
            decisions = try reader.decisions(of: nil, in: DamageTests.always)
            processes = try reader.processes(of: nil, in: DamageTests.always)
            facts = reader.facts
        }
    }

    /// A recording with something in each of its tables.
    private func recording(_ folder: TemporaryFolder) throws -> [UInt8] {
        let path = folder.file("whole")
        let writer = try StoreWriter(
            path: path, settings: StoreWriter.Settings(interval: Self.interval), version: "test")
        var example = Example(seed: 1, interval: Self.interval)
        for index in 0..<1250 {
            let window = example.window()
            var changes = RecordedProcessChanges()
            if index % 100 == 0 {
                changes.described = [
                    ProcessDescription(
                        pid: Int32(index), start: 1, component: ComponentID("web"), parent: 1, name: "name \(index)",
                        executable: "/usr/bin/\(index)", commandLine: "run \(index)", user: 0, cgroup: "/",
                        libraries: ["/usr/lib/\(index % 300).so"])
                ]
            }
            let decisions = [
                RecordedDecision(
                    component: ComponentID("web"), end: 0,
                    forecast: .init(
                        demand: Quantiles(point: Double(index)), source: .autoregressive, reason: "\(index)"))
            ]
            try writer.append(window, processes: changes, decisions: decisions)
        }
        try writer.close()
        return try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// Not a byte may be something else without a word, wherever it is.
    @Test func flippedBytesAreFoundOut() throws {
        let folder = try TemporaryFolder(prefix: "mete-damage")
        let whole = try recording(folder)
        let expected = try Contents(StoreReader(path: folder.file("whole")))
        var refused = 0
        var told = 0
        for seed in 0..<60 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            var bytes = whole
            // One byte, or a hundred near each other, as a bad sector leaves them; a third of the time in the head of the file.
            let reach = seed % 3 == 0 ? min(16_384, bytes.count) : bytes.count
            let place = Int(random.next() % UInt64(reach))
            for index in place..<min(bytes.count, place + (seed % 2 == 0 ? 1 : 100)) {
                bytes[index] ^= UInt8(1 + random.next() % 255)
            }
            let path = try folder.write(bytes, to: "flipped")
            do throws(StoreError) {
                let reader = try StoreReader(path: path)
                let found = try Contents(reader)
                if !reader.damage.isEmpty {
                    told += 1
                } else {
                    #expect(found == expected, "seed \(seed): what is read without a word is what was written")
                }
            } catch {
                refused += 1
                #expect(!error.remedy.isEmpty && error.description.contains(path), "seed \(seed): \(error)")
            }
        }
        #expect(told > 10 && refused > 0, "\(told) told, \(refused) refused")
    }

    /// Cut off anywhere, a file either opens or is refused with a reason; nothing crashes, and what is missing is said.
    @Test func aTruncatedFileIsReadOrRefused() throws {
        let folder = try TemporaryFolder(prefix: "mete-damage")
        let whole = try recording(folder)
        let lengths =
            [0, 1, 15, 16, 17, 67, 99, 100, 101, 4095, 4096, 4097, 8192, whole.count - 4096, whole.count - 1]
            + (1..<20).map { whole.count * $0 / 20 }
        for length in lengths {
            let path = try folder.write(Array(whole[..<length]), to: "part")
            do throws(StoreError) {
                let reader = try StoreReader(path: path)
                _ = try Contents(reader)
                #expect(!reader.damage.isEmpty, "\(length) of \(whole.count) bytes")
            } catch {
                #expect([.damaged, .foreign, .refused].contains(error.code) && !error.remedy.isEmpty, "\(error)")
            }
        }
    }

    /// A writer that goes on with a damaged file does not make it worse: it writes, or refuses.
    @Test func aWriterTakesUpADamagedFileOrRefusesIt() throws {
        let folder = try TemporaryFolder(prefix: "mete-damage")
        let whole = try recording(folder)
        for seed in 0..<15 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            var bytes = whole
            for _ in 0..<20 { bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 + random.next() % 255) }
            let path = try folder.write(bytes, to: "flipped")
            do throws(StoreError) {
                let writer = try StoreWriter(
                    path: path, settings: StoreWriter.Settings(interval: Self.interval), version: "test")
                var example = Example(seed: 2, interval: Self.interval, begin: 1_900_000_000 * .perSecond)
                for window in example.windows(5) { try writer.append(window) }
                try writer.close()
            } catch {
                #expect(!error.remedy.isEmpty, "seed \(seed): \(error)")
            }
        }
    }
}
