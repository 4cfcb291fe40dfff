import Foundation
import GRDB
package import MeteModel

/// Writes a recording.
///
/// Windows are written in batches, each in a transaction of its own with a write-ahead log, so that a process that is killed loses at most
/// the batch that is open; a reader sees every batch at once. When a block's worth of windows has come together they are packed by
/// component, and what then completes a block of a coarser tier is folded from the finer one. Not thread-safe: one loop owns it.
package final class StoreWriter {
    package struct Settings: Sendable {
        /// Length of a window.
        package var interval: Nanoseconds
        /// Time that is written at once.
        package var batch: Nanoseconds = .perSecond
        /// How long each tier is kept; nil for good.
        package var ages: [Tier: Nanoseconds] = [:]
        /// Size of the file above which the oldest blocks go, the finest first; nil for none.
        package var mostBytes: Int64?

        package init(interval: Nanoseconds) {
            self.interval = interval
        }
    }

    package let path: String
    private let settings: Settings
    private let database: DatabaseQueue
    private var numbers: [ComponentID: Int] = [:]
    private var batch: [(end: Int64, data: [UInt8])] = []
    private var batchStart: Int64?
    private var lastEnd: Int64?
    /// Of windows that are in no block yet, by component's number.
    private var open: [Int: [RecordedSample]] = [:]
    private var openStart: Int64?
    /// Where the newest block of each tier ends.
    private var folded: [Tier: Int64] = [:]

    /// Makes a recording, or goes on with one of the same interval.
    ///
    /// - Parameter version: of mete.
    /// - Throws: `StoreError`.
    package init(path: String, settings: Settings, version: String) throws(StoreError) {
        self.path = path
        self.settings = settings
        do {
            database = try Self.openDatabase(path)
        } catch {
            throw StoreError(opening: path, for: "write", error)
        }
        try attempt("prepare") {
            try database.write { database in
                try Self.claim(path, database)
                let old = try String.fetchOne(database, sql: "SELECT value FROM facts WHERE name = 'interval'")
                if let old, old != "\(settings.interval)" {
                    throw StoreError(
                        code: .refused, operation: "go on with", path: path,
                        cause: "it has a window every \(old) ns, not every \(settings.interval)",
                        remedy: "record with that interval, or to another file")
                }
                for (name, value) in ["interval": "\(settings.interval)", "version": version] {
                    try database.execute(sql: "INSERT OR REPLACE INTO facts VALUES (?, ?)", arguments: [name, value])
                }
                for row in try Row.fetchAll(database, sql: "SELECT id, name FROM components WHERE id > 0") {
                    numbers[ComponentID(row["name"])] = row["id"]
                }
                for row in try Row.fetchAll(database, sql: "SELECT tier, max(end) AS end FROM blocks GROUP BY tier") {
                    if let tier = Tier(rawValue: row["tier"]) { folded[tier] = row["end"] }
                }
                try takeUp(database)
            }
        }
    }

    private static func openDatabase(_ path: String) throws -> DatabaseQueue {
        try StoreReader.refuseForeign(path, mayBeMissing: true)
        var configuration = Configuration()
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { database in
            // Takes effect in a file that is empty yet.
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            // Each commit reaches the disk with the next checkpoint: a crash of the machine costs seconds, a killed process nothing.
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let isNewer = try queue.read { try StoreSchema.migrator.hasBeenSuperseded($0) }
        guard !isNewer else { throw StoreError(newer: path, operation: "go on with") }
        // Before the log is switched on: what names the file is to be in its head, whatever happens next.
        try StoreSchema.migrator.migrate(queue)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        return queue
    }

    /// Leaves word who writes, and refuses beside another writer that lives.
    private static func claim(_ path: String, _ database: Database) throws {
        let other = try String.fetchOne(database, sql: "SELECT value FROM facts WHERE name = 'writer'")
        let pid = other.flatMap { pid_t($0.prefix { $0 != " " }) }
        if let other, let pid, pid != getpid(), other == identity(of: pid) {
            throw StoreError(
                code: .busy, operation: "go on with", path: path, cause: "the process with pid \(pid) writes it",
                remedy: "end that process first, or name another file")
        }
        try database.execute(
            sql: "INSERT OR REPLACE INTO facts VALUES ('writer', ?)",
            arguments: [identity(of: getpid()) ?? "\(getpid())"])
    }

    /// What tells a process from every other one that has its number later: with the boot, the start time, field 22 of
    /// proc_pid_stat(5). Nil when there is no such process.
    private static func identity(of pid: pid_t) -> String? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8),
            let start = stat.split(separator: ")").last?.split(separator: " ").dropFirst(19).first
        else { return nil }
        return "\(pid) \(start) \(boot.prefix(36))"
    }

    /// Goes on where the last writer was cut off.
    private func takeUp(_ database: Database) throws {
        for row in try Row.fetchAll(database, sql: "SELECT data FROM recent ORDER BY end") {
            let data: Data = row["data"]
            // What cannot be read stays in the file, for the reader to report.
            guard let samples = try? WindowCoding.decode([UInt8](data)) else { continue }
            for (number, sample) in samples { keepOpen(number, sample) }
        }
        lastEnd = try Int64.fetchOne(
            database, sql: "SELECT max(end) FROM (SELECT end FROM recent UNION ALL SELECT end FROM blocks)")
    }

    private func keepOpen(_ number: Int, _ sample: RecordedSample) {
        open[number, default: []].append(sample)
        openStart = min(openStart ?? .max, sample.end - sample.length)
    }

    // MARK: Windows

    /// Takes in one window; they come in their order.
    package func append(_ window: RecordedWindow) throws(StoreError) {
        var window = window
        settle(&window)
        var samples: WindowCoding.Numbered = [(0, window.machine)]
        for (component, sample) in window.components { samples.append((try number(of: component), sample)) }
        for (number, sample) in samples { keepOpen(number, sample) }
        batch.append(
            (window.machine.end, WindowCoding.encode(samples, end: window.machine.end, length: window.machine.length)))
        let start = batchStart ?? window.machine.end - window.machine.length
        batchStart = start
        guard window.machine.end - start >= settings.batch else { return }
        try flush()
        if let openStart, window.machine.end - openStart >= Tier.raw.blockLength(interval: settings.interval) {
            try pack()
        }
    }

    /// Brings a window to the grain of the file. Its end is kept to a thousandth of the interval, since a tick that comes a little late
    /// would else take as much room as a number; it begins where the one before ended, if it follows that. Where the clock has been set
    /// back, windows go on after the last one all the same: time in a file never goes back.
    private func settle(_ window: inout RecordedWindow) {
        let grain = max(1, settings.interval / 1000)
        let length = max(grain, (window.machine.length + grain / 2) / grain * grain)
        var end = (window.machine.end + grain / 2) / grain * grain
        var start = end - length
        if let lastEnd {
            if abs(start - lastEnd) <= 2 * grain, end > lastEnd { start = lastEnd }
            if start < lastEnd { (start, end) = (lastEnd, lastEnd + length) }
        }
        lastEnd = end
        func settled(_ sample: RecordedSample) -> RecordedSample {
            var sample = sample.rounded
            sample.end = end
            sample.length = end - start
            return sample
        }
        window.machine = settled(window.machine)
        for index in window.components.indices {
            window.components[index].sample = settled(window.components[index].sample)
        }
    }

    /// Writes what the open batch holds.
    package func flush() throws(StoreError) {
        guard !batch.isEmpty else { return }
        let batch = batch
        try attempt("write to") {
            try database.write { database in
                let statement = try database.cachedStatement(sql: "INSERT OR REPLACE INTO recent VALUES (?, ?)")
                for (end, data) in batch { try statement.execute(arguments: [end, Data(data)]) }
            }
        }
        self.batch = []
        batchStart = nil
    }

    private func number(of component: ComponentID) throws(StoreError) -> Int {
        if let number = numbers[component] { return number }
        var number = 0
        try attempt("write to") {
            try database.write { database in
                try database.execute(sql: "INSERT INTO components (name) VALUES (?)", arguments: [component.name])
                number = Int(database.lastInsertedRowID)
            }
        }
        numbers[component] = number
        return number
    }

    // MARK: Blocks

    /// Packs what is open into blocks, folds what is complete, and gives up what is too old.
    private func pack() throws(StoreError) {
        let open = open
        try attempt("write to") {
            try database.write { database in
                var last: Int64 = 0
                for (number, samples) in open {
                    try insert(samples, number, .raw, database)
                    last = max(last, samples.last?.end ?? 0)
                }
                try database.execute(sql: "DELETE FROM recent WHERE end <= ?", arguments: [last])
                folded[.raw] = last
                for tier in Tier.allCases where tier != .raw && tier.isKept(interval: settings.interval) {
                    try fold(tier, database)
                }
                try forget(before: last, database)
            }
        }
        self.open = [:]
        openStart = nil
    }

    private func insert(_ samples: [RecordedSample], _ number: Int, _ tier: Tier, _ database: Database) throws {
        guard let first = samples.first, let last = samples.last else { return }
        let statement = try database.cachedStatement(sql: "INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?)")
        try statement.execute(
            arguments: [
                number, tier.rawValue, first.end - first.length, last.end, samples.count,
                Data(BlockCoding.encode(samples)),
            ])
    }

    /// Makes the blocks of a tier that the finer one has completed.
    private func fold(_ tier: Tier, _ database: Database) throws {
        guard let finer = tier.finer(interval: settings.interval), let until = folded[finer] else { return }
        let length = tier.blockLength(interval: settings.interval)
        let since =
            try folded[tier] ?? Int64.fetchOne(
                database, sql: "SELECT min(start) FROM blocks WHERE tier = ?", arguments: [finer.rawValue]) ?? until
        // Whole blocks only, which end where the clock says so.
        let end = until / length * length
        guard end > since else { return }
        var last = since
        for number in [0] + numbers.values {
            let rows = try Row.fetchCursor(
                database,
                sql:
                    "SELECT data FROM blocks WHERE component = ? AND tier = ? AND end > ? AND start < ? ORDER BY start",
                arguments: [number, finer.rawValue, since, end])
            var samples: [RecordedSample] = []
            while let row = try rows.next() {
                let data: Data = row["data"]
                guard let block = try? BlockCoding.decode([UInt8](data)) else { continue }
                samples += block.filter { $0.end > since && $0.end - $0.length / 2 < end }
            }
            try insert(tier.fold(samples), number, tier, database)
            last = max(last, samples.last?.end ?? since)
        }
        folded[tier] = last
    }

    private func forget(before now: Int64, _ database: Database) throws {
        for (tier, age) in settings.ages {
            try database.execute(
                sql: "DELETE FROM blocks WHERE tier = ? AND end < ?",
                arguments: [tier.rawValue, min(now - age, foldedFrom(tier))])
        }
        if let most = settings.mostBytes {
            while try Self.size(of: database) > most, try thin(database) {}
        }
        try database.execute(sql: "PRAGMA incremental_vacuum")
    }

    /// Up to where a tier is in the next coarser one, and may go.
    private func foldedFrom(_ tier: Tier) -> Int64 {
        let coarser = Tier.allCases.first { $0 > tier && $0.isKept(interval: settings.interval) }
        return coarser.map { folded[$0] ?? .min } ?? .max
    }

    /// Gives up a tenth of the finest tier of which something may go. Returns whether there was any.
    private func thin(_ database: Database) throws -> Bool {
        for tier in Tier.allCases {
            let range = try Row.fetchOne(
                database, sql: "SELECT min(end) AS first, max(end) AS last FROM blocks WHERE tier = ? AND end <= ?",
                arguments: [tier.rawValue, foldedFrom(tier)])
            guard let first = range?["first"] as Int64?, let last = range?["last"] as Int64? else { continue }
            try database.execute(
                sql: "DELETE FROM blocks WHERE tier = ? AND end <= ?",
                arguments: [tier.rawValue, first + (last - first) / 10])
            return true
        }
        return false
    }

    /// Of the pages that are in use.
    private static func size(of database: Database) throws -> Int64 {
        let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let free = try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        return (pages - free) * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
    }

    /// Writes what is open, and makes the recording one file.
    package func close() throws(StoreError) {
        try flush()
        try attempt("close") {
            try database.write { try $0.execute(sql: "DELETE FROM facts WHERE name = 'writer'") }
            // Without a log, so that readers leave no files beside it. While a reader has it open the log has to stay, and is whole as well.
            do {
                try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED
            {}
            try database.close()
        }
    }

    private func attempt(_ operation: String, _ body: () throws -> Void) throws(StoreError) {
        do {
            try body()
        } catch {
            throw StoreError(opening: path, for: operation, error)
        }
    }
}
