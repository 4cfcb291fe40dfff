import GRDB
import MeteModel

/// How processes stand in a file: their texts by number, so that a thousand processes of one program take little more than one does.
enum ProcessRow {
    struct Broken: Error {}

    static func write(_ entry: ProcessLog.Entry, component: Int, _ database: Database) throws {
        let process = entry.process.description
        var writer = ByteWriter()
        writer.write(signed: Int64(process.pid))
        writer.write(process.start)
        writer.write(signed: Int64(process.parent))
        writer.write(UInt64(process.user))
        for text in [process.name, process.commandLine, process.cgroup] {
            writer.write(UInt64(try number(of: text, database)))
        }
        // 0 for none.
        for text in [process.executable, process.unit, process.container] {
            writer.write(UInt64(try text.map { try number(of: $0, database) } ?? 0))
        }
        writer.write(UInt64(try number(ofLibraries: process.libraries, database)))
        let last = entry.isAlive ? nil : entry.process.last
        try put(
            row: entry.row, component: component, first: entry.process.first, last: last,
            hasEnded: entry.process.hasEnded, data: writer.bytes, database)
    }

    private static func put(
        row: Int64, component: Int, first: Int64, last: Int64?, hasEnded: Bool, data: [UInt8], _ database: Database
    ) throws {
        let sum = checksum(row, component, first, last, hasEnded, data)
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO processes VALUES (?, ?, ?, ?, ?, ?, ?)")
        try statement.execute(arguments: [row, component, first, last, hasEnded, data.data, sum])
    }

    private static func checksum(
        _ row: Int64, _ component: Int, _ first: Int64, _ last: Int64?, _ hasEnded: Bool, _ data: [UInt8]
    ) -> Int64 {
        var sum = Checksum()
        sum.add(row)
        sum.add(component)
        sum.add(first)
        sum.add(last)
        sum.add(hasEnded ? 1 : 0)
        for byte in data { sum.add(Int(byte)) }
        return sum.value
    }

    private static func number(of text: String, _ database: Database) throws -> Int64 {
        // A NUL would end the text for SQLite.
        let text = text.replacing("\0", with: " ")
        let known = try database.cachedStatement(sql: "SELECT id FROM texts WHERE text = ?")
        if let id = try Int64.fetchOne(known, arguments: [text]) { return id }
        let insert = try database.cachedStatement(sql: "INSERT INTO texts (text, sum) VALUES (?, ?)")
        try insert.execute(arguments: [text, Checksum.of(text)])
        return database.lastInsertedRowID
    }

    /// 0 for none.
    private static func number(ofLibraries paths: [String], _ database: Database) throws -> Int64 {
        if paths.isEmpty { return 0 }
        let members = try paths.map { "\(try number(of: $0, database))" }.joined(separator: " ")
        let known = try database.cachedStatement(sql: "SELECT id FROM library_sets WHERE members = ?")
        if let id = try Int64.fetchOne(known, arguments: [members]) { return id }
        let insert = try database.cachedStatement(sql: "INSERT INTO library_sets (members, sum) VALUES (?, ?)")
        try insert.execute(arguments: [members, Checksum.of(members)])
        return database.lastInsertedRowID
    }

    /// Those that a writer which is gone left open ended for the recording where it did.
    static func close(at end: Int64, _ database: Database) throws {
        for row in try Row.fetchAll(database, sql: "SELECT * FROM processes WHERE last IS NULL") {
            guard let parts = try? Parts(row) else { continue }
            try put(
                row: parts.row, component: parts.component, first: parts.first, last: max(parts.first, end),
                hasEnded: false, data: parts.data, database)
        }
    }

    /// Gives up those that ended before a time, and what only they named. Returns whether there were any.
    @discardableResult
    static func forget(before time: Int64, _ database: Database) throws -> Bool {
        try database.execute(sql: "DELETE FROM processes WHERE last < ?", arguments: [time])
        guard database.changesCount > 0 else { return false }
        var texts: Set<Int64> = []
        var sets: Set<Int64> = []
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM processes")
        while let row = try rows.next() {
            // What a broken row names is not known: then no text is given up.
            guard let parts = try? Parts(row), let contents = try? Contents(parts.data) else { return true }
            texts.formUnion(contents.texts + contents.optionalTexts)
            sets.insert(contents.libraries)
        }
        for row in try Row.fetchAll(database, sql: "SELECT id, members FROM library_sets") {
            let id: Int64 = try row.decode(forColumn: "id")
            guard sets.contains(id) else {
                try database.execute(sql: "DELETE FROM library_sets WHERE id = ?", arguments: [id])
                continue
            }
            let members: String = try row.decode(forColumn: "members")
            texts.formUnion(members.split(separator: " ").compactMap { Int64($0) })
        }
        for id in try Int64.fetchAll(database, sql: "SELECT id FROM texts") where !texts.contains(id) {
            try database.execute(sql: "DELETE FROM texts WHERE id = ?", arguments: [id])
        }
        return true
    }

    // MARK: Reading

    private struct Parts {
        var row: Int64
        var component: Int
        var first: Int64
        var last: Int64?
        var hasEnded: Bool
        var data: [UInt8]

        init(_ found: Row) throws {
            row = try found.decode(forColumn: "id")
            component = try found.decode(forColumn: "component")
            first = try found.decode(forColumn: "first")
            last = try found.decode(forColumn: "last")
            hasEnded = try found.decode(Int.self, forColumn: "ended") != 0
            data = try found.bytes("data")
            guard try found.decode(forColumn: "sum") == checksum(row, component, first, last, hasEnded, data) else {
                throw Broken()
            }
        }
    }

    private struct Contents {
        var pid: Int32
        var start: UInt64
        var parent: Int32
        var user: UInt32
        /// Name, command line, cgroup.
        var texts: [Int64] = []
        /// Executable, unit, container.
        var optionalTexts: [Int64] = []
        var libraries: Int64

        init(_ data: [UInt8]) throws(ByteReader.Malformed) {
            var reader = ByteReader(data)
            pid = Int32(clamping: try reader.readSigned())
            start = try reader.read()
            parent = Int32(clamping: try reader.readSigned())
            user = UInt32(clamping: try reader.read())
            for _ in 0..<3 { texts.append(Int64(clamping: try reader.read())) }
            for _ in 0..<3 { optionalTexts.append(Int64(clamping: try reader.read())) }
            libraries = Int64(clamping: try reader.read())
            guard reader.isAtEnd else { throw ByteReader.Malformed() }
        }
    }

    /// - Parameters:
    ///   - component: by its number.
    ///   - end: of the recording, for those that were alive then.
    /// - Throws: when it, or a text that it names, is not what was written.
    static func read(
        _ row: Row, component: (Int) -> ComponentID?, end: Int64, _ database: Database
    ) throws -> RecordedProcess {
        let parts = try Parts(row)
        let contents = try Contents(parts.data)
        guard let owner = component(parts.component) else { throw Broken() }
        func text(_ id: Int64) throws -> String {
            let statement = try database.cachedStatement(sql: "SELECT text, sum FROM texts WHERE id = ?")
            guard let row = try Row.fetchOne(statement, arguments: [id]) else { throw Broken() }
            let text: String = try row.decode(forColumn: "text")
            guard try row.decode(forColumn: "sum") == Checksum.of(text) else { throw Broken() }
            return text
        }
        func libraries() throws -> [String] {
            if contents.libraries == 0 { return [] }
            let statement = try database.cachedStatement(sql: "SELECT members, sum FROM library_sets WHERE id = ?")
            guard let row = try Row.fetchOne(statement, arguments: [contents.libraries]) else { throw Broken() }
            let members: String = try row.decode(forColumn: "members")
            guard try row.decode(forColumn: "sum") == Checksum.of(members) else { throw Broken() }
            return try members.split(separator: " ").map { try text(Int64($0) ?? 0) }
        }
        let optional = try contents.optionalTexts.map { $0 == 0 ? nil : try text($0) }
        let description = ProcessDescription(
            pid: contents.pid, start: contents.start, component: owner, parent: contents.parent,
            name: try text(contents.texts[0]), executable: optional[0], commandLine: try text(contents.texts[1]),
            user: contents.user, cgroup: try text(contents.texts[2]), unit: optional[1], container: optional[2],
            libraries: try libraries())
        return RecordedProcess(
            description: description, first: parts.first, last: max(parts.first, parts.last ?? end),
            hasEnded: parts.hasEnded)
    }
}
