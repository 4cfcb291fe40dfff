import Foundation
import GRDB
import MeteModel
import MeteTestSupport
import Testing

@testable import MeteStore

/// What is kept of processes.
struct ProcessTests {
    private static let always = Int64.min / 4...Int64.max / 4
    private static let begin: Int64 = 1_800_000_000 * .perSecond
    private let folder: TemporaryFolder
    private var file: String { folder.file("r") }
    private let web = ComponentID("web")

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-process")
    }

    private func writer() throws -> StoreWriter {
        try StoreWriter(path: file, settings: StoreWriter.Settings(interval: .perSecond), version: "test")
    }

    private func window(_ second: Int, runTime: Nanoseconds = 0) -> RecordedWindow {
        let end = Self.begin + Int64(second) * .perSecond
        var sample = RecordedSample(end: end, length: .perSecond)
        sample[.runTime] = runTime
        return RecordedWindow(
            machine: RecordedSample(end: end, length: .perSecond), components: runTime > 0 ? [(web, sample)] : [])
    }

    private func process(_ pid: Int32, program: String = "server", libraries: [String] = []) -> ProcessDescription {
        ProcessDescription(
            pid: pid, start: UInt64(pid) * 1000, component: web, parent: 1, name: String(program.prefix(15)),
            executable: "/usr/bin/\(program)", commandLine: "\(program) --quiet", user: 33,
            cgroup: "/system.slice/web.service", unit: "web.service", container: nil, libraries: libraries)
    }

    private func time(_ second: Int) -> Int64 { Self.begin + Int64(second) * .perSecond }

    @Test func processesComeBackWithTheirTimes() throws {
        let writer = try writer()
        let server = process(10, libraries: ["/usr/lib/libc.so.6", "/usr/lib/libssl.so.3"])
        let worker = process(11, program: "worker")
        try writer.append(window(1), processes: RecordedProcessChanges(described: [server, worker]))
        try writer.append(window(2))
        try writer.append(
            window(3), processes: RecordedProcessChanges(ended: [ProcessKey(pid: 11, start: 11_000)]))
        try writer.append(window(4))
        try writer.close()
        let found = try StoreReader(path: file).processes(of: web, in: Self.always)
        #expect(
            found == [
                RecordedProcess(description: server, first: time(1), last: time(4), hasEnded: false),
                RecordedProcess(description: worker, first: time(1), last: time(3), hasEnded: true),
            ])
        let late = try StoreReader(path: file).processes(of: nil, in: time(4)...time(5))
        #expect(late.map(\.description.pid) == [10])
    }

    /// Its libraries are known a moment later; and then it runs another program.
    @Test func anExecMakesAnotherOfAProcess() throws {
        let writer = try writer()
        try writer.append(window(1), processes: RecordedProcessChanges(described: [process(10, program: "sh")]))
        let known = process(10, program: "sh", libraries: ["/usr/lib/libc.so.6"])
        try writer.append(window(2), processes: RecordedProcessChanges(described: [known]))
        let server = process(10)
        try writer.append(window(3), processes: RecordedProcessChanges(described: [server]))
        try writer.close()
        let found = try StoreReader(path: file).processes(of: web, in: Self.always)
        #expect(
            found == [
                RecordedProcess(description: known, first: time(1), last: time(2), hasEnded: false),
                RecordedProcess(description: server, first: time(3), last: time(3), hasEnded: false),
            ])
    }

    /// 20,000 processes that do next to nothing: counted, and nothing else.
    @Test func aForkStormDoesNotFillTheFile() throws {
        let writer = try writer()
        for second in 1...20 {
            let storm = (0..<1000).map { process(Int32(second * 1000 + $0), program: "true-\(second)-\($0)") }
            let changes = RecordedProcessChanges(
                described: storm, ended: storm.map { ProcessKey(pid: $0.pid, start: $0.start) }, undescribed: 7)
            try writer.append(window(second, runTime: 500 * .perMillisecond), processes: changes)
        }
        try writer.close()
        let reader = try StoreReader(path: file)
        #expect(try reader.processes(of: nil, in: Self.always).isEmpty)
        let sum = try reader.samples(of: web, in: Self.always).reduce(0) { $0 + $1[.briefProcesses] }
        #expect(sum == 20_000)
        let all = try reader.samples(of: nil, in: Self.always).reduce(0) { $0 + $1[.briefProcesses] }
        #expect(all == 20_000 + 20 * 7)
        let size = try #require(try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
        #expect(size < 150_000, "\(size)")
    }

    /// One that had a CPU for most of its window is worth a line.
    @Test func aBusyProcessIsKeptHoweverShortItLived() throws {
        let writer = try writer()
        let key = ProcessKey(pid: 10, start: 10_000)
        try writer.append(
            window(1, runTime: 600 * .perMillisecond),
            processes: RecordedProcessChanges(described: [process(10)], ended: [key]))
        try writer.close()
        let reader = try StoreReader(path: file)
        #expect(try reader.processes(of: web, in: Self.always).map(\.hasEnded) == [true])
        #expect(try reader.samples(of: web, in: Self.always).first?[.briefProcesses] == 0)
    }

    @Test func textsAreKeptOnce() throws {
        let writer = try writer()
        let libraries = (0..<50).map { "/usr/lib/x86_64-linux-gnu/a-library-with-a-long-name-\($0).so.1" }
        let many = (1...2000).map { process(Int32($0), libraries: libraries) }
        try writer.append(window(1), processes: RecordedProcessChanges(described: many))
        try writer.close()
        let counts = try DatabaseQueue(path: file).read { database in
            try ["texts", "library_sets", "processes"].map {
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? -1
            }
        }
        #expect(counts == [50 + 5, 1, 2000])
        #expect(try StoreReader(path: file).processes(of: nil, in: Self.always).last?.description == many.last)
    }

    /// A writer that was cut off has not seen how its processes ended.
    @Test func processesOfAWriterThatIsGoneEndWithIt() throws {
        var first: StoreWriter? = try writer()
        try first?.append(window(1), processes: RecordedProcessChanges(described: [process(10)]))
        try first?.flush()
        first = nil
        let second = try writer()
        try second.append(window(100), processes: RecordedProcessChanges(described: [process(11)]))
        try second.close()
        let found = try StoreReader(path: file).processes(of: nil, in: Self.always)
        #expect(found.map(\.last) == [time(1), time(100)])
    }

    @Test func whatIsOlderThanTheSamplesIsGivenUp() throws {
        var settings = StoreWriter.Settings(interval: .perSecond)
        settings.ages = [.raw: 600 * .perSecond, .tenSeconds: 600 * .perSecond, .minute: 600 * .perSecond]
        let writer = try StoreWriter(path: file, settings: settings, version: "test")
        for second in 1...40_000 {
            var changes = RecordedProcessChanges()
            if second == 5 { changes.described = [process(10, libraries: ["/usr/lib/old.so"]), process(11)] }
            if second == 9 { changes.ended = [ProcessKey(pid: 10, start: 10_000)] }
            try writer.append(window(second), processes: changes)
        }
        try writer.close()
        #expect(try StoreReader(path: file).processes(of: nil, in: Self.always).map(\.description.pid) == [11])
        let texts = try DatabaseQueue(path: file).read { try String.fetchAll($0, sql: "SELECT text FROM texts") }
        #expect(!texts.contains("/usr/lib/old.so") && texts.contains("web.service"))
    }

    @Test func aDamagedDescriptionIsSaid() throws {
        let writer = try writer()
        try writer.append(window(1), processes: RecordedProcessChanges(described: [process(10), process(11)]))
        try writer.close()
        try DatabaseQueue(path: file).write {
            try $0.execute(sql: "UPDATE processes SET first = first + 1 WHERE id = 1")
        }
        let reader = try StoreReader(path: file)
        #expect(try reader.processes(of: nil, in: Self.always).map(\.description.pid) == [11])
        #expect(reader.damage.count == 1)
    }

    /// Every second a new program with a long command line: they take most of the file, and go before windows that are newer than they.
    @Test func processesGoBeforeSamplesWhereRoomIsShort() throws {
        func record(_ file: String, programs: Int, mostBytes: Int64?) throws -> (windows: Int, processes: [Int64]) {
            var settings = StoreWriter.Settings(interval: .perSecond)
            settings.mostBytes = mostBytes
            settings.batch = 20 * .perSecond
            let writer = try StoreWriter(path: file, settings: settings, version: "test")
            for second in 1...6000 {
                var changes = RecordedProcessChanges()
                if second <= programs {
                    var description = process(Int32(second))
                    description.commandLine = "program \(second) " + String(repeating: "x", count: 300)
                    changes.described = [description]
                    if second > 1 {
                        changes.ended = [ProcessKey(pid: Int32(second - 1), start: UInt64(second - 1) * 1000)]
                    }
                }
                try writer.append(window(second, runTime: Int64(second * 7919 % 1000) * 1_000_000), processes: changes)
            }
            try writer.close()
            let reader = try StoreReader(path: file)
            #expect(reader.damage.isEmpty)
            return (
                try reader.windows(in: Self.always).count,
                try reader.processes(of: nil, in: Self.always).map(\.last)
            )
        }
        let alone = try record(folder.file("alone"), programs: 0, mostBytes: nil)
        #expect(alone.windows == 6000)
        let short = try record(file, programs: 3000, mostBytes: 900_000)
        #expect(short.windows > 2000, "windows of the second half alone take a small part of that: \(short.windows)")
        let first = time(6000 - short.windows)
        #expect(short.processes.allSatisfy { $0 >= first }, "who ended before the first window went first")
    }

    /// A row that is damaged stands in nobody's way: others are given up, and what the damaged one named stays.
    @Test func aDamagedProcessDoesNotEndTheRecording() throws {
        var settings = StoreWriter.Settings(interval: .perSecond)
        settings.ages = Dictionary(uniqueKeysWithValues: Tier.allCases.map { ($0, 700 * .perSecond) })
        settings.batch = 300 * .perSecond
        let writer = try StoreWriter(path: file, settings: settings, version: "test")
        let two = [process(10), process(11, program: "worker")]
        try writer.append(window(1), processes: RecordedProcessChanges(described: two))
        try writer.append(
            window(2),
            processes: RecordedProcessChanges(ended: [ProcessKey(pid: 10, start: 10_000)]))
        try writer.flush()
        try DatabaseQueue(path: file).write {
            try $0.execute(sql: "UPDATE processes SET sum = sum + 1 WHERE id = 2")
        }
        for second in 3...50_000 { try writer.append(window(second)) }
        try writer.close()
        let reader = try StoreReader(path: file)
        #expect(try reader.processes(of: nil, in: Self.always).isEmpty)
        #expect(reader.damage.count == 1, "the damaged one: \(reader.damage)")
        #expect(try #require(try reader.range()).lowerBound > time(2))
    }
}
