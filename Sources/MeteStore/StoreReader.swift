import Foundation
import GRDB
package import MeteModel

/// Reads a recording, also while another process writes it; writes nothing.
package final class StoreReader {
    /// A part that cannot be read; the rest is.
    package struct Damage: Equatable, Sendable, CustomStringConvertible {
        package var component: ComponentID?
        package var tier: Tier
        /// Nanoseconds since 1970.
        package var start: Int64
        package var end: Int64

        package var description: String {
            "a block of \(component?.name ?? "the machine") from \(start) to \(end) is damaged and left out"
        }
    }

    package let path: String
    /// Length of a window as recorded.
    package let interval: Nanoseconds
    /// What was found damaged so far.
    package private(set) var damage: [Damage] = []
    private let database: DatabaseQueue
    private var numbers: [ComponentID: Int] = [:]

    /// - Throws: `StoreError`.
    package init(path: String) throws(StoreError) {
        self.path = path
        do {
            try Self.refuseForeign(path, mayBeMissing: false)
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(1)
            database = try DatabaseQueue(path: path, configuration: configuration)
            let facts = try database.read { database in
                guard try !StoreSchema.migrator.hasBeenSuperseded(database) else {
                    throw StoreError(newer: path, operation: "read")
                }
                guard try StoreSchema.migrator.hasCompletedMigrations(database) else {
                    throw StoreError(
                        code: .damaged, operation: "read", path: path, cause: "it was cut off before it had begun",
                        remedy: "record anew")
                }
                return try Row.fetchAll(database, sql: "SELECT name, value FROM facts")
            }
            let interval = facts.first { $0["name"] == "interval" }.flatMap { Int64($0["value"] as String) }
            guard let interval else {
                throw StoreError(
                    code: .damaged, operation: "read", path: path, cause: "it does not say how long its windows are",
                    remedy: "record anew")
            }
            self.interval = interval
        } catch {
            throw StoreError(opening: path, for: "read", error)
        }
        try refresh()
    }

    /// Looks again which components there are.
    package func refresh() throws(StoreError) {
        try read { database in
            for row in try Row.fetchAll(database, sql: "SELECT id, name FROM components WHERE id > 0") {
                self.numbers[ComponentID(row["name"])] = row["id"]
            }
        }
    }

    /// In the order of their names.
    package var components: [ComponentID] { numbers.keys.sorted() }

    /// From the first window's beginning to the last one's end, nanoseconds since 1970; nil when there is none.
    package func range() throws(StoreError) -> ClosedRange<Int64>? {
        try read { database in
            let blocks = try Row.fetchOne(database, sql: "SELECT min(start) AS first, max(end) AS last FROM blocks")
            let recent = try Row.fetchOne(database, sql: "SELECT min(end) AS first, max(end) AS last FROM recent")
            let firsts = [blocks?["first"] as Int64?, (recent?["first"] as Int64?).map { $0 - self.interval }]
            let lasts = [blocks?["last"] as Int64?, recent?["last"] as Int64?]
            guard let first = firsts.compactMap({ $0 }).min(), let last = lasts.compactMap({ $0 }).max() else {
                return nil
            }
            return first...max(first, last)
        }
    }

    /// The samples of a component, or with nil of the machine, whose middle lies in a range, in their order.
    ///
    /// - Parameter tier: its samples, made from finer ones where there is no block of it yet.
    package func samples(
        of component: ComponentID?, in range: ClosedRange<Int64>, tier: Tier = .raw
    ) throws(StoreError) -> [RecordedSample] {
        guard let number = component.map({ numbers[$0] }) ?? 0 else { return [] }
        return try read { database in
            try self.samples(number, component, range, tier, database)
        }
    }

    private func samples(
        _ number: Int, _ component: ComponentID?, _ range: ClosedRange<Int64>, _ tier: Tier, _ database: Database
    ) throws -> [RecordedSample] {
        guard tier.isKept(interval: interval) else {
            return try samples(number, component, range, .raw, database)
        }
        var found: [RecordedSample] = []
        var since = Int64.min
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT start, end, data FROM blocks WHERE component = ? AND tier = ? AND end > ? AND start <= ? ORDER BY start
                """,
            arguments: [number, tier.rawValue, range.lowerBound, range.upperBound])
        while let row = try rows.next() {
            let data: Data = row["data"]
            since = row["end"]
            guard let block = try? BlockCoding.decode([UInt8](data)) else {
                damage.append(Damage(component: component, tier: tier, start: row["start"], end: row["end"]))
                continue
            }
            found += block.filter { range.contains($0.end - $0.length / 2) }
        }
        // Blocks beyond the range tell that nothing finer is left to be folded.
        let last =
            try Int64.fetchOne(
                database, sql: "SELECT max(end) FROM blocks WHERE component = ? AND tier = ?",
                arguments: [number, tier.rawValue]) ?? .min
        guard last < range.upperBound else { return found }
        let rest = max(range.lowerBound, last, since)...range.upperBound
        guard let finer = tier.finer(interval: interval) else {
            return found + (try recent(number, component, rest, database)).filter { $0.end > last }
        }
        return found + tier.fold(try samples(number, component, rest, finer, database).filter { $0.end > last })
    }

    private func recent(
        _ number: Int, _ component: ComponentID?, _ range: ClosedRange<Int64>, _ database: Database
    ) throws -> [RecordedSample] {
        var found: [RecordedSample] = []
        let rows = try Row.fetchCursor(
            database, sql: "SELECT end, data FROM recent WHERE end > ? AND end <= ? ORDER BY end",
            arguments: [range.lowerBound, range.upperBound &+ interval < 0 ? Int64.max : range.upperBound + interval])
        while let row = try rows.next() {
            let data: Data = row["data"]
            let end: Int64 = row["end"]
            guard let window = try? WindowCoding.decode([UInt8](data)) else {
                damage.append(Damage(component: nil, tier: .raw, start: end - interval, end: end))
                continue
            }
            found += window.lazy.filter { $0.component == number }.map(\.sample)
        }
        return found.filter { range.contains($0.end - $0.length / 2) }
    }

    /// Every window in a range as it was recorded, in order; components in the order of their names.
    package func windows(in range: ClosedRange<Int64>) throws(StoreError) -> [RecordedWindow] {
        try refresh()
        return try read { database in
            var byEnd: [Int64: RecordedWindow] = [:]
            for machine in try self.samples(0, nil, range, .raw, database) {
                byEnd[machine.end] = RecordedWindow(machine: machine, components: [])
            }
            for component in self.components {
                for sample in try self.samples(self.numbers[component] ?? 0, component, range, .raw, database) {
                    byEnd[sample.end]?.components.append((component, sample))
                }
            }
            return byEnd.values.sorted { $0.machine.end < $1.machine.end }
        }
    }

    private func read<Value>(_ body: @escaping (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            // A transaction: what a writer commits meanwhile is seen whole or not at all.
            return try database.read { try body($0) }
        } catch {
            throw StoreError(opening: path, for: "read", error)
        }
    }

    // MARK: Whose file it is

    /// Looks at the file's head before SQLite does: it would take an empty file for a new database, and make journals beside others'.
    static func refuseForeign(_ path: String, mayBeMissing: Bool) throws(StoreError) {
        guard let file = fopen(path, "re") else {
            let code = errno
            if code == ENOENT, mayBeMissing { return }
            throw StoreError(
                code: code == ENOENT ? .missing : .refused, operation: "open", path: path,
                cause: String(cString: strerror(code)), remedy: "name a file that `mete record` has made")
        }
        defer { fclose(file) }
        var head = [UInt8](repeating: 0, count: 100)
        let count = fread(&head, 1, head.count, file)
        if count == 0, mayBeMissing, ferror(file) == 0 { return }
        // https://www.sqlite.org/fileformat.html: the application's id is at 68, the highest byte first.
        let id = head[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard count == head.count, head.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw StoreError(
                code: count < head.count ? .damaged : .foreign, operation: "open", path: path,
                cause: count < head.count ? "it is too short to be a recording" : "it is no recording of mete",
                remedy: "name a file that `mete record` has made")
        }
        guard id == UInt32(StoreSchema.applicationID) else {
            throw StoreError(
                code: .foreign, operation: "open", path: path,
                cause: "it is a database of another program", remedy: "name a file that `mete record` has made")
        }
    }
}
