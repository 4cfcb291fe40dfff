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
    /// Length of a window as recorded.
    package let interval: Nanoseconds
    /// What the recording says of itself, by name: `version`, `host` and whatever else its writer was given.
    package private(set) var facts: [String: String]
    /// What was found damaged so far, each once.
    package private(set) var damage: [Damage] = []
    /// Whether it is of a version that keeps nothing but samples.
    package let isFirstVersion: Bool
    /// Which runs of `mete record` it is of, in their order; none of versions that did not say.
    package let sessions: [RecordedSession]
    private let database: DatabaseQueue
    private var numbers: [ComponentID: Int] = [:]
    private var names: [Int: ComponentID] = [:]

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

    private static func size(of database: Database) throws -> Int64 {
        (try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0)
            * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
    }

    /// What SQLite finds wrong with the file, in few words.
    private static func problems(in database: Database) throws -> [String] {
        let found = try String.fetchAll(database, sql: "PRAGMA integrity_check(3)")
        return found == ["ok"]
            ? [] : ["the file is damaged, and what is missing may go unnoticed: " + found.joined(separator: "; ")]
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
    private func note(_ found: Damage) {
        if !damage.contains(found) { damage.append(found) }
    }

    /// From the first window's beginning to the last one's end, nanoseconds since 1970; nil when there is none.
    package func range() throws(StoreError) -> ClosedRange<Int64>? {
        try read { try self.range($0) }
    }

    private func range(_ database: Database) throws -> ClosedRange<Int64>? {
        func bounds(_ sql: String) throws -> (first: Int64?, last: Int64?) {
            guard let row = try Row.fetchOne(database, sql: sql) else { return (nil, nil) }
            return (try row.decode(Int64?.self, forColumn: "first"), try row.decode(Int64?.self, forColumn: "last"))
        }
        let blocks = try bounds("SELECT min(start) AS first, max(end) AS last FROM blocks")
        let recent = try bounds("SELECT min(end) AS first, max(end) AS last FROM recent")
        let firsts = [blocks.first, recent.first.map { $0 &- self.interval }]
        guard let first = firsts.compactMap({ $0 }).min(),
            let last = [blocks.last, recent.last].compactMap({ $0 }).max()
        else { return nil }
        return first...max(first, last)
    }

    // MARK: Samples

    /// The samples of a component, or with nil of the machine, whose middle lies in a range, in their order.
    ///
    /// - Parameter tier: its samples, made from finer ones where there is no block of it yet.
    package func samples(
        of component: ComponentID?, in range: ClosedRange<Int64>, tier: Tier = .raw
    ) throws(StoreError) -> [RecordedSample] {
        guard let number = component.map({ numbers[$0] }) ?? 0 else { return [] }
        return try read { try self.samples(of: [number: range.lowerBound], until: range.upperBound, tier, $0) }[number]
            ?? []
    }

    /// Those of every component that has any, and with nil of the machine, in one pass.
    package func samples(
        in range: ClosedRange<Int64>, tier: Tier = .raw
    ) throws(StoreError) -> [ComponentID?: [RecordedSample]] {
        try refresh()
        let found = try read { database in
            let all = Dictionary(
                ([0] + self.names.keys).map { ($0, range.lowerBound) }, uniquingKeysWith: { first, _ in first })
            return try self.samples(of: all, until: range.upperBound, tier, database)
        }
        var named: [ComponentID?: [RecordedSample]] = [:]
        for (number, samples) in found where !samples.isEmpty {
            if number == 0 {
                named[ComponentID?.none] = samples
            } else if let name = names[number] {
                named[name] = samples
            }
        }
        return named
    }

    /// - Parameter begins: where to begin, by the number of each component.
    private func samples(
        of begins: [Int: Int64], until end: Int64, _ tier: Tier, _ database: Database
    ) throws -> [Int: [RecordedSample]] {
        guard tier.isKept(interval: interval) else { return try samples(of: begins, until: end, .raw, database) }
        var found: [Int: [RecordedSample]] = [:]
        var rests: [Int: Int64] = [:]
        var lasts: [Int: Int64] = [:]
        for (number, begin) in begins {
            let (samples, since) = try blocks(of: number, from: begin, until: end, tier, database)
            found[number] = samples
            // Blocks beyond the range tell that nothing finer is left to be folded.
            let newest =
                try Int64.fetchOne(
                    try database.cachedStatement(sql: "SELECT max(end) FROM blocks WHERE component = ? AND tier = ?"),
                    arguments: [number, tier.rawValue]) ?? .min
            let last = max(newest, since)
            guard newest < end else { continue }
            lasts[number] = newest
            rests[number] = max(begin, last)
        }
        guard !rests.isEmpty else { return found }
        let finer = tier.finer(interval: interval)
        let rest =
            try finer.map { try samples(of: rests, until: end, $0, database) }
            ?? recent(rests, until: end, database)
        for (number, samples) in rest {
            let newer = samples.filter { $0.end > lasts[number] ?? .min }
            found[number, default: []] += finer == nil ? newer : tier.fold(newer)
        }
        return found
    }

    /// - Returns: also where the last of these blocks ends.
    private func blocks(
        of number: Int, from begin: Int64, until limit: Int64, _ tier: Tier, _ database: Database
    ) throws -> ([RecordedSample], since: Int64) {
        var found: [RecordedSample] = []
        var since = Int64.min
        let statement = try database.cachedStatement(
            sql: """
                SELECT * FROM blocks WHERE component = ? AND tier = ? AND end > ? AND start <= ? ORDER BY start
                """)
        let rows = try Row.fetchCursor(statement, arguments: [number, tier.rawValue, begin, limit])
        let range = begin...max(begin, limit)
        while let row = try rows.next() {
            let start = try row.decode(Int64.self, forColumn: "start")
            let end = try row.decode(Int64.self, forColumn: "end")
            since = max(since, end)
            guard let block = try? block(row, number, tier, start, end) else {
                note(Damage(component: names[number], tier: tier, start: start, end: end))
                continue
            }
            found += block.filter { range.contains($0.end - $0.length / 2) }
        }
        return (found, since)
    }

    private struct Broken: Error {}

    private func block(
        _ row: Row, _ number: Int, _ tier: Tier, _ start: Int64, _ end: Int64
    ) throws -> [RecordedSample] {
        let data = try row.bytes("data")
        let count: Int = try row.decode(forColumn: "count")
        if !isFirstVersion, let sum = try row.decode(Int64?.self, forColumn: "sum") {
            guard sum == StoreWriter.blockSum(number, tier, start, end, count, data) else { throw Broken() }
        }
        let samples = try BlockCoding.decode(data)
        guard samples.count == count, let first = samples.first, let last = samples.last,
            first.end &- first.length == start, last.end == end
        else { throw Broken() }
        return samples
    }

    private func recent(
        _ begins: [Int: Int64], until limit: Int64, _ database: Database
    ) throws -> [Int: [RecordedSample]] {
        var found: [Int: [RecordedSample]] = [:]
        let first = begins.values.min() ?? limit
        try eachRecent("recent", from: first, until: limit, database, part: nil) { end, data in
            let window = try WindowCoding.decode(data)
            guard window.allSatisfy({ $0.sample.end == end }) else { throw Broken() }
            for (number, sample) in window {
                guard let begin = begins[number], (begin...max(begin, limit)).contains(sample.end - sample.length / 2)
                else { continue }
                found[number, default: []].append(sample)
            }
        }
        return found
    }

    /// Rows of a table of recent windows; what cannot be read is noted and passed over.
    private func eachRecent(
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

    // MARK: Windows

    /// Every window in a range as it was recorded, in order; components in the order of their names.
    package func windows(in range: ClosedRange<Int64>) throws(StoreError) -> [RecordedWindow] {
        try refresh()
        return try read { database in
            let all = Dictionary(
                ([0] + self.names.keys).map { ($0, range.lowerBound) }, uniquingKeysWith: { first, _ in first })
            let found = try self.samples(of: all, until: range.upperBound, .raw, database)
            var byEnd: [Int64: RecordedWindow] = [:]
            let since = self.detailsSince
            for machine in found[0] ?? [] {
                let hasDetail = since.map { machine.end > $0 } ?? false
                byEnd[machine.end] = RecordedWindow(
                    machine: machine, components: [], detail: hasDetail ? RecordedDetail() : nil)
            }
            for component in self.components {
                for sample in self.numbers[component].flatMap({ found[$0] }) ?? [] {
                    byEnd[sample.end]?.components.append((component, sample))
                }
            }
            if since != nil {
                let details = try self.details(of: nil, DetailKind.allCases, in: range, .raw, database)
                for (end, samples) in Dictionary(grouping: details, by: \.end) where byEnd[end]?.detail != nil {
                    byEnd[end]?.detail = RecordedDetail(samples)
                }
            }
            return byEnd.values.sorted { $0.machine.end < $1.machine.end }
        }
    }

    /// From where on details of single windows are kept, nanoseconds since 1970; nil where there are none.
    package var detailsSince: Int64? { isFirstVersion ? nil : facts["details"].flatMap { Int64($0) } }

    /// Times in a range in which nothing was recorded, between windows that were.
    package func gaps(in range: ClosedRange<Int64>) throws(StoreError) -> [Range<Int64>] {
        let isLong = range.upperBound.subtractingReportingOverflow(range.lowerBound)
        let tier: Tier = isLong.overflow || isLong.partialValue > 3 * 3600 * .perSecond ? .tenSeconds : .raw
        var gaps: [Range<Int64>] = []
        var last: Int64?
        for sample in try samples(of: nil, in: range, tier: tier) {
            let start = sample.end - sample.length
            // One window that is late is none.
            if let last, start - last > max(interval, sample.length) { gaps.append(last..<start) }
            last = sample.end
        }
        return gaps
    }

    // MARK: Details

    /// Devices, sockets, disturbances or threads of a component, or with nil of all, in a range: in the order of time.
    ///
    /// - Parameter tier: their sums over its length, made from finer ones where there is no block of it yet.
    package func details(
        of component: ComponentID?, _ kinds: [DetailKind], in range: ClosedRange<Int64>, tier: Tier = .raw
    ) throws(StoreError) -> [DetailSample] {
        guard !isFirstVersion else { return [] }
        if let component, numbers[component] == nil { return [] }
        return try read { try self.details(of: component, kinds, in: range, tier, $0) }
    }

    private func details(
        of component: ComponentID?, _ kinds: [DetailKind], in range: ClosedRange<Int64>, _ tier: Tier,
        _ database: Database
    ) throws -> [DetailSample] {
        let numbers = component.map { [self.numbers[$0] ?? -1] } ?? Array(names.keys)
        let columns = try details(of: numbers, kinds, in: range, tier, database)
        var found: [DetailSample] = []
        for (place, lines) in columns {
            guard let name = names[place.number] else { continue }
            for line in 0..<lines.count {
                let sample = lines.sample(line, of: name)
                if range.contains(sample.end - sample.length / 2) { found.append(sample) }
            }
        }
        return found.sorted {
            ($0.end, $0.component, $0.kind.rawValue, $0.key) < ($1.end, $1.component, $1.kind.rawValue, $1.key)
        }
    }

    private struct Place: Hashable {
        var number: Int
        var kind: DetailKind
    }

    private func details(
        of numbers: [Int], _ kinds: [DetailKind], in range: ClosedRange<Int64>, _ tier: Tier, _ database: Database
    ) throws -> [Place: DetailColumns] {
        guard tier.isKept(interval: interval) else { return try details(of: numbers, kinds, in: range, .raw, database) }
        var found: [Place: DetailColumns] = [:]
        let rolledUp = kinds.filter { tier <= $0.coarsest }
        for kind in kinds where tier > kind.coarsest {
            for (place, columns) in try details(of: numbers, [kind], in: range, kind.coarsest, database) {
                found[place] = columns.folded(to: tier, mostThreads: .max)
            }
        }
        guard !rolledUp.isEmpty else { return found }
        let kinds = rolledUp
        let statement = try database.cachedStatement(
            sql: """
                SELECT * FROM details WHERE component = ? AND kind = ? AND tier = ? AND end > ? AND start <= ?
                ORDER BY start
                """)
        for number in numbers {
            for kind in kinds {
                let rows = try Row.fetchCursor(
                    statement,
                    arguments: [number, kind.rawValue, tier.rawValue, range.lowerBound, range.upperBound])
                while let row = try rows.next() {
                    let start = try row.decode(Int64.self, forColumn: "start")
                    let end = try row.decode(Int64.self, forColumn: "end")
                    guard let data = try? row.bytes("data"),
                        (try? row.decode(Int64.self, forColumn: "sum"))
                            == StoreWriter.detailSum(number, kind, tier, start, end, data),
                        let block = try? DetailColumns(kind: kind, decoding: data)
                    else {
                        let part = "details of \(names[number]?.name ?? "a component")"
                        note(Damage(component: names[number], tier: tier, start: start, end: end, part: part))
                        continue
                    }
                    found[Place(number: number, kind: kind), default: DetailColumns(kind: kind)].append(block) {
                        end, length in
                        range.contains(end - length / 2)
                    }
                }
            }
        }
        // Every component's blocks of a tier end where the machine's do.
        let last =
            try Int64.fetchOne(
                database, sql: "SELECT max(end) FROM blocks WHERE component = 0 AND tier = ?",
                arguments: [tier.rawValue]) ?? .min
        guard last < range.upperBound else { return found }
        let rest = max(range.lowerBound, last)...range.upperBound
        if let finer = tier.finer(interval: interval) {
            for (place, columns) in try details(of: numbers, kinds, in: rest, finer, database) {
                var newer = DetailColumns(kind: place.kind)
                newer.append(columns) { end, _ in end > last }
                let folded = newer.folded(to: tier, mostThreads: .max)
                found[place, default: DetailColumns(kind: place.kind)].append(folded) { _, _ in true }
            }
            return found
        }
        let wanted = Set(numbers)
        let wantedKinds = Set(kinds)
        try eachRecent("recent_details", from: rest.lowerBound, until: rest.upperBound, database, part: "details") {
            row, data in
            let (end, length, lines) = try DetailCoding.decode(data)
            guard row == end else { throw Broken() }
            guard end > last, range.contains(end - length / 2) else { return }
            for line in lines where wanted.contains(line.component) && wantedKinds.contains(line.kind) {
                found[Place(number: line.component, kind: line.kind), default: DetailColumns(kind: line.kind)]
                    .append(key: line.key, end: end, length: length, values: line.values)
            }
        }
        return found
    }

    // MARK: Decisions

    /// What the agent decided on windows that end in a range, in the order of time: of a component, or with nil of all, with what is of
    /// none.
    package func decisions(
        of component: ComponentID?, in range: ClosedRange<Int64>
    ) throws(StoreError) -> [RecordedDecision] {
        guard !isFirstVersion else { return [] }
        if let component, numbers[component] == nil { return [] }
        return try read { database in
            let wanted = component.flatMap { self.numbers[$0] }
            var found: [DecisionCoding.Numbered] = []
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT * FROM decisions WHERE (?1 IS NULL OR component = ?1) AND end >= ?2 AND start <= ?3",
                arguments: [wanted, range.lowerBound, range.upperBound])
            while let row = try rows.next() {
                let number = try row.decode(Int.self, forColumn: "component")
                let start = try row.decode(Int64.self, forColumn: "start")
                let end = try row.decode(Int64.self, forColumn: "end")
                guard let data = try? row.bytes("data"),
                    (try? row.decode(Int64.self, forColumn: "sum"))
                        == StoreWriter.decisionSum(number, start, end, data),
                    let block = try? DecisionCoding.decode(data, name: { self.names[$0] })
                else {
                    let part = "decisions on \(self.names[number]?.name ?? "a component")"
                    self.note(Damage(component: self.names[number], tier: .raw, start: start, end: end, part: part))
                    continue
                }
                found += block
            }
            try self.eachRecent(
                "recent_decisions", from: range.lowerBound - 1, until: range.upperBound, database, part: "decisions"
            ) { end, data in
                let decisions = try DecisionCoding.decode(data) { self.names[$0] }
                guard decisions.allSatisfy({ $0.decision.end == end }) else { throw Broken() }
                found += decisions.filter { wanted == nil || $0.component == wanted }
            }
            return found.map(\.decision).filter { range.contains($0.end) }
                .sorted { ($0.end, $0.component?.name ?? "") < ($1.end, $1.component?.name ?? "") }
        }
    }

    // MARK: Processes

    /// Processes that were there at some time of a range, of a component or with nil of all, by when they were first seen.
    package func processes(
        of component: ComponentID?, in range: ClosedRange<Int64>
    ) throws(StoreError) -> [RecordedProcess] {
        guard !isFirstVersion else { return [] }
        if let component, numbers[component] == nil { return [] }
        return try read { database in
            let end = try self.range(database)?.upperBound ?? 0
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT * FROM processes
                    WHERE (?1 IS NULL OR component = ?1) AND first <= ?2 AND (last IS NULL OR last >= ?3) ORDER BY first, id
                    """,
                arguments: [component.flatMap { self.numbers[$0] }, range.upperBound, range.lowerBound])
            var found: [RecordedProcess] = []
            while let row = try rows.next() {
                do {
                    found.append(try ProcessRow.read(row, component: { self.names[$0] }, end: end, database))
                } catch let error as DatabaseError {
                    throw error
                } catch {
                    self.note(
                        Damage(
                            component: component, tier: .raw, start: 0, end: 0,
                            part: "the description of a process is damaged and left out"))
                }
            }
            return found
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
