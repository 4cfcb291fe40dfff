import Foundation
import GRDB
package import MeteModel

/// Reads a recording, also while another process writes it; writes nothing. A recording of an earlier version is read as it is.
package final class StoreReader {
    /// A part that cannot be read; the rest is.
    package struct Damage: Equatable, Sendable, CustomStringConvertible {
        /// Nil for the machine, and where it is not known.
        package var component: ComponentID?
        package var tier: Tier
        /// Nanoseconds since 1970.
        package var start: Int64
        package var end: Int64
        /// What is left out, where it is no block of samples.
        package var part: String?

        package var description: String {
            guard let part else {
                return "a block of \(component?.name ?? "the machine") from \(start) to \(end) is damaged and left out"
            }
            return end > start ? "\(part) from \(start) to \(end) are damaged and left out" : part
        }
    }

    package let path: String
    /// Length of a window as recorded, of the shortest where that was changed.
    package let interval: Nanoseconds
    /// What the recording says of itself, by name: `version`, `host` and whatever else its writer was given.
    package private(set) var facts: [String: String]
    /// What was found damaged so far, each once.
    package private(set) var damage: [Damage] = []
    /// Whether it is of a version that keeps nothing but samples.
    package let isFirstVersion: Bool
    /// Which runs of `mete record` it is of, in their order; none of versions that did not say.
    package let sessions: [RecordedSession]
    /// Why windows are missing, where that is known.
    let interruptions: [RecordedInterruption]
    let database: DatabaseQueue
    private(set) var numbers: [ComponentID: Int] = [:]
    private(set) var names: [Int: ComponentID] = [:]

    /// Files of at most so many bytes are looked through as a whole when they are opened: for larger ones that takes longer than what they
    /// are opened for.
    private static let mostCheckedBytes = 32 << 20

    /// - Parameter checksAll: whether to look through the whole file for damage however large it is; without it, only that of what is
    ///   read is found in a large one.
    /// - Throws: `StoreError`.
    package init(path: String, checksAll: Bool = false) throws(StoreError) {
        self.path = path
        do {
            try Self.refuseForeign(path, mayBeMissing: false)
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(1)
            database = try DatabaseQueue(path: path, configuration: configuration)
            let (first, rows, problems) = try database.read { database in
                guard try !StoreSchema.migrator.hasBeenSuperseded(database) else {
                    throw StoreError(newer: path, operation: "read")
                }
                let versions = try StoreSchema.migrator.appliedIdentifiers(database)
                guard versions.contains(StoreSchema.first) else {
                    throw StoreError(
                        code: .damaged, operation: "read", path: path, cause: "it was cut off before it had begun",
                        remedy: "record anew")
                }
                let size = try Self.size(of: database)
                let problems = checksAll || size <= Self.mostCheckedBytes ? try Self.problems(in: database) : []
                let isFirst = versions == [StoreSchema.first]
                let rows = try Row.fetchAll(database, sql: "SELECT * FROM facts").map { row in
                    let name: String = try row.decode(forColumn: "name")
                    let value: String = try row.decode(forColumn: "value")
                    let sum = isFirst ? nil : try row.decode(Int64?.self, forColumn: "sum")
                    return (name: name, value: value, isWhole: sum.map { $0 == Checksum.of(name, value) } ?? isFirst)
                }
                return (isFirst, rows, problems)
            }
            isFirstVersion = first
            facts = Dictionary(
                rows.filter(\.isWhole).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            sessions = RecordedSession.all(in: facts)
            interruptions = RecordedInterruption.all(in: facts)
            damage = problems.map { Damage(component: nil, tier: .raw, start: 0, end: 0, part: $0) }
            if rows.contains(where: { !$0.isWhole }) {
                damage.append(
                    Damage(
                        component: nil, tier: .raw, start: 0, end: 0,
                        part: "what the recording says of its machine is damaged and left out"))
            }
            guard let interval = facts["interval"].flatMap({ Int64($0) }), interval > 0 else {
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
            var broken = false
            for row in try Row.fetchAll(database, sql: "SELECT * FROM components WHERE id > 0") {
                let id: Int = try row.decode(forColumn: "id")
                guard let name = try? row.decode(String.self, forColumn: "name"),
                    self.isFirstVersion || (try? row.decode(Int64.self, forColumn: "sum")) == Checksum.of("\(id)", name)
                else {
                    broken = true
                    continue
                }
                self.numbers[ComponentID(name)] = id
                self.names[id] = ComponentID(name)
            }
            if broken {
                self.note(
                    Damage(
                        component: nil, tier: .raw, start: 0, end: 0,
                        part: "the name of a component is damaged, which is left out"))
            }
        }
    }

    /// In the order of their names.
    package var components: [ComponentID] { numbers.keys.sorted() }

    /// Called by every part of the reader that finds something which it has to leave out.
    func note(_ found: Damage) {
        if !damage.contains(found) { damage.append(found) }
    }

    /// From the first window's beginning to the last one's end, nanoseconds since 1970; nil when there is none.
    package func range() throws(StoreError) -> ClosedRange<Int64>? {
        try read { try self.range($0) }
    }

    func range(_ database: Database) throws -> ClosedRange<Int64>? {
        func bounds(_ sql: String) throws -> (first: Int64?, last: Int64?) {
            guard let row = try Row.fetchOne(database, sql: sql) else { return (nil, nil) }
            return (try row.decode(Int64?.self, forColumn: "first"), try row.decode(Int64?.self, forColumn: "last"))
        }
        let blocks = try bounds("SELECT min(start) AS first, max(end) AS last FROM blocks")
        let recent = try bounds("SELECT min(end) AS first, max(end) AS last FROM recent")
        let firsts = [
            blocks.first, try recent.first.map { $0 &- (try self.length(ofRecent: $0, database) ?? self.interval) },
        ]
        guard let first = firsts.compactMap({ $0 }).min(),
            let last = [blocks.last, recent.last].compactMap({ $0 }).max()
        else { return nil }
        return first...max(first, last)
    }

    /// Of one of the recent windows; nil where it is damaged. The first one is as long as tracing took to begin.
    private func length(ofRecent end: Int64, _ database: Database) throws -> Nanoseconds? {
        let row = try Row.fetchOne(database, sql: "SELECT data FROM recent WHERE end = ?", arguments: [end])
        guard let data = try? row?.bytes("data"), let window = try? WindowCoding.decode(data) else { return nil }
        return window.first { $0.sample.end == end }?.sample.length
    }

    /// Of bytes that do not say what they should.
    struct Broken: Error {}

    /// Rows of a table of recent windows; what cannot be read is noted and passed over.
    func eachRecent(
        _ table: String, from first: Int64, until limit: Int64, _ database: Database, part: String?,
        _ body: (Int64, [UInt8]) throws -> Void
    ) throws {
        let last = limit > Int64.max - interval ? Int64.max : limit + interval
        let rows = try Row.fetchCursor(
            database, sql: "SELECT end, data FROM \(table) WHERE end > ? AND end <= ? ORDER BY end",
            arguments: [first, last])
        while let row = try rows.next() {
            let end = try row.decode(Int64.self, forColumn: "end")
            do {
                try body(end, try row.bytes("data"))
            } catch {
                note(Damage(component: nil, tier: .raw, start: end &- interval, end: end, part: part))
            }
        }
    }

    func read<Value>(_ body: @escaping (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            // A transaction: what a writer commits meanwhile is seen whole or not at all.
            return try database.read { try body($0) }
        } catch {
            throw StoreError(opening: path, for: "read", error)
        }
    }
}
