import Foundation
import GRDB
import Glibc
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
        /// How long each tier is kept, details included, and with `raw` decisions; nil for good.
        package var ages: [Tier: Nanoseconds] = [:]
        /// How long details of each tier are kept, where `ages` does not give them up earlier: they take twice the room of samples.
        package var detailAges: [Tier: Nanoseconds] = Settings.detailAges(raw: standardDetailAge)

        package static let standardDetailAge: Nanoseconds = 3 * 3600 * .perSecond

        /// Roll-ups of ten seconds, which take an eighth of the room, for eight times as long; those of a minute for good.
        package static func detailAges(raw: Nanoseconds) -> [Tier: Nanoseconds] {
            [.raw: raw, .second: raw, .tenSeconds: raw > .max / 8 ? .max : 8 * raw]
        }

        /// Size of the file above which the oldest blocks go, the finest first, and before them processes of which no single window is left;
        /// nil for none.
        package var mostBytes: Int64?
        /// Of each component and time, in roll-ups.
        package var mostThreads = 5
        /// What is to be known of the recording, by name: the machine, what could not be measured.
        package var facts: [String: String] = [:]

        package init(interval: Nanoseconds) {
            self.interval = interval
        }
    }

    package let path: String
    /// `interval` is the shortest that the recording was ever made with.
    private(set) var settings: Settings
    private let database: DatabaseQueue
    private(set) var numbers: [ComponentID: Int] = [:]
    private var lastNumber = 0
    /// Those of `numbers` that are not in the file.
    private var unnamed: [(component: ComponentID, number: Int)] = []
    /// Facts that are not in the file, by name.
    private var unstated: [String: String] = [:]
    private var lastInterruption: RecordedInterruption?
    private var batch: [Prepared] = []
    private var batchStart: Int64?
    var lastEnd: Int64?
    /// The one that windows belong to.
    private var session: RecordedSession?
    /// End of the last window that is in the file, nanoseconds since 1970; nil before the first.
    package private(set) var writtenUntil: Int64?
    var processes = ProcessLog(nextRow: 1)
    /// Of processes of which the next window has to tell.
    private var owed: [ProcessDescription] = []
    var open = OpenWindows()
    /// Where the newest block of each tier ends.
    var folded: [Tier: Int64] = [:]
    /// From where on details are kept; nil while there are none.
    var detailsSince: Int64?

    /// A window as it goes into the tables of recent ones.
    private struct Prepared {
        var end: Int64
        var samples: [UInt8]
        var details: [UInt8]?
        var decisions: [UInt8]?
    }

    /// Makes a recording, or goes on with one.
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
                let old = try String.fetchOne(database, sql: "SELECT value FROM facts WHERE name = 'interval'")
                    .flatMap { Int64($0) }
                if let old, old > 0 { self.settings.interval = min(old, settings.interval) }
                let facts = settings.facts.merging(
                    ["interval": "\(self.settings.interval)", RecordedFact.version: version],
                    uniquingKeysWith: { _, fixed in fixed })
                for (name, value) in facts { try StoreSchema.setFact(name, value, database) }
                for row in try Row.fetchAll(database, sql: "SELECT id, name FROM components WHERE id > 0") {
                    numbers[ComponentID(try row.decode(forColumn: "name"))] = try row.decode(forColumn: "id")
                }
                lastNumber = try Int.fetchOne(database, sql: "SELECT max(id) FROM components") ?? 0
                for row in try Row.fetchAll(database, sql: "SELECT tier, max(end) AS end FROM blocks GROUP BY tier") {
                    if let tier = Tier(rawValue: try row.decode(forColumn: "tier")) {
                        folded[tier] = try row.decode(forColumn: "end")
                    }
                }
                try takeUp(database)
            }
        }
    }

    /// What is to be known of the recording beside what its settings said, by name.
    package func state(_ facts: [String: String]) throws(StoreError) {
        try attempt("write to") {
            try database.write { database in
                for (name, value) in facts { try StoreSchema.setFact(name, value, database) }
            }
        }
    }

    /// Goes on where the last writer was cut off.
    private func takeUp(_ database: Database) throws {
        // What cannot be read stays in the file, for the reader to report.
        for row in try Row.fetchAll(database, sql: "SELECT data FROM recent ORDER BY end") {
            guard let samples = try? WindowCoding.decode(row.bytes("data")) else { continue }
            for (number, sample) in samples { open.keep(number, sample) }
        }
        for row in try Row.fetchAll(database, sql: "SELECT data FROM recent_details ORDER BY end") {
            guard let (end, length, lines) = try? DetailCoding.decode(row.bytes("data")) else { continue }
            for line in lines { open.keep(line, end: end, length: length) }
        }
        let names = Dictionary(numbers.map { ($1, $0) }, uniquingKeysWith: { name, _ in name })
        for row in try Row.fetchAll(database, sql: "SELECT data FROM recent_decisions ORDER BY end") {
            guard let decisions = try? DecisionCoding.decode(row.bytes("data"), name: { names[$0] }) else { continue }
            for (number, decision) in decisions { open.keep(number, decision) }
        }
        lastEnd = try Int64.fetchOne(
            database, sql: "SELECT max(end) FROM (SELECT end FROM recent UNION ALL SELECT end FROM blocks)")
        writtenUntil = lastEnd
        detailsSince = try String.fetchOne(database, sql: "SELECT value FROM facts WHERE name = 'details'")
            .flatMap { Int64($0) }
        try ProcessRow.close(at: lastEnd ?? 0, database)
        processes = ProcessLog(nextRow: 1 + (try Int64.fetchOne(database, sql: "SELECT max(id) FROM processes") ?? 0))
    }

    /// Leaves word of what the windows that follow can say, and how long they are.
    package func begin(_ session: RecordedSession) throws(StoreError) {
        take(session)
        try attempt("write to") { try database.write { try writeFacts($0) } }
        unstated = [:]
    }

    /// The same, written with the next window.
    package func goOn(as session: RecordedSession) { take(session) }

    private func take(_ session: RecordedSession) {
        var session = session
        // Where the clock has been set back, windows go on after the last one: see settle().
        session.start = max(session.start, lastEnd ?? .min)
        self.session = session
        state(session, as: "\(RecordedSession.factPrefix)\(session.start)")
        guard let interval = session.interval, interval < settings.interval else { return }
        settings.interval = interval
        unstated["interval"] = "\(interval)"
    }

    /// Leaves word of what has shown itself since the session began, with the next window; once.
    package func add(caveat: String) {
        guard var session, !session.caveats.contains(caveat) else { return }
        session.caveats.append(caveat)
        self.session = session
        state(session, as: "\(RecordedSession.factPrefix)\(session.start)")
    }

    /// Leaves word of windows that are missing, with the next one.
    package func note(_ interruption: RecordedInterruption) {
        var interruption = interruption
        if let last = lastInterruption, last.cause == interruption.cause,
            interruption.start - last.end < RecordedInterruption.grain
        {
            interruption.start = last.start
        }
        lastInterruption = interruption
        state(interruption, as: "\(RecordedInterruption.factPrefix)\(interruption.start)")
    }

    private func state(_ fact: some Encodable, as name: String) {
        // Numbers and strings alone: there is nothing that could not be encoded.
        guard let data = try? JSONEncoder().encode(fact) else { return }
        unstated[name] = String(decoding: data, as: UTF8.self)
    }

    private func writeFacts(_ database: Database) throws {
        for (name, value) in unstated { try StoreSchema.setFact(name, value, database) }
    }

    // MARK: Windows

    /// Takes in one window; they come in their order.
    ///
    /// Also where it throws it has taken the window in, and `write` tries again to write it: until that has succeeded, no further one is to
    /// be appended.
    ///
    /// - Parameters:
    ///   - processes: what has become known of them in the window.
    ///   - decisions: what was decided on it; their `end` is that of the window.
    package func append(
        _ window: RecordedWindow, processes changes: RecordedProcessChanges = RecordedProcessChanges(),
        decisions: [RecordedDecision] = []
    ) throws(StoreError) {
        var window = window
        settle(&window)
        let end = window.machine.end
        let length = window.machine.length
        var changes = changes
        changes.described = owed + changes.described
        owed = []
        take(changes, into: &window)
        number(window, changes, decisions)

        var samples: WindowCoding.Numbered = [(0, window.machine)]
        for (component, sample) in window.components { samples.append((numbers[component] ?? 0, sample)) }
        for (number, sample) in samples { open.keep(number, sample) }
        var prepared = Prepared(end: end, samples: WindowCoding.encode(samples, end: end, length: length))
        if let detail = window.detail {
            let lines = detail.samples.map { sample in
                DetailCoding.Line(
                    component: numbers[sample.component] ?? 0, kind: sample.kind, key: sample.key,
                    values: zip(sample.kind.metrics, sample.values).map { $0.unpacked($0.packed($1)) })
            }
            for line in lines { open.keep(line, end: end, length: length) }
            prepared.details = DetailCoding.encode(lines, end: end, length: length)
        }
        if !decisions.isEmpty {
            let numbered = decisions.map { decision in
                var decision = decision
                decision.end = end
                return (component: decision.component.flatMap { numbers[$0] } ?? 0, decision: decision)
            }
            for (number, decision) in numbered { open.keep(number, decision) }
            prepared.decisions = DecisionCoding.encode(numbered)
        }
        batch.append(prepared)
        let start = batchStart ?? end - length
        batchStart = start
        guard end - start >= settings.batch else { return }
        try write()
    }

    /// Writes what is due: the open batch, and what has come together to a block.
    package func write() throws(StoreError) {
        try flush()
        if let start = open.start, let end = lastEnd,
            end - start >= Tier.raw.blockLength(interval: settings.interval)
        {
            try pack()
        }
    }

    /// Windows that are not in the file.
    var unwritten: Int { batch.count }

    /// Writes what the open batch holds.
    package func flush() throws(StoreError) {
        guard let last = batch.last?.end else { return }
        let batch = batch
        let processes = processes.dirty.values
        let detailsSince = detailsSince
        var isTooLarge = false
        try attempt("write to") {
            try database.write { database in
                try writeFacts(database)
                for (component, number) in unnamed {
                    try database.execute(
                        sql: "INSERT INTO components (id, name, sum) VALUES (?, ?, ?)",
                        arguments: [number, component.name, Checksum.of("\(number)", component.name)])
                }
                let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO recent VALUES (?, ?)")
                let detail = try database.cachedStatement(sql: "INSERT OR REPLACE INTO recent_details VALUES (?, ?)")
                let decision = try database.cachedStatement(
                    sql: "INSERT OR REPLACE INTO recent_decisions VALUES (?, ?)")
                for window in batch {
                    try insert.execute(arguments: [window.end, window.samples.data])
                    if let data = window.details { try detail.execute(arguments: [window.end, data.data]) }
                    if let data = window.decisions { try decision.execute(arguments: [window.end, data.data]) }
                }
                for entry in processes {
                    let component = numbers[entry.process.description.component] ?? 0
                    try ProcessRow.write(entry, component: component, database)
                }
                if let detailsSince, !hasToldOfDetails {
                    try StoreSchema.setFact("details", "\(detailsSince)", database)
                }
                if let most = settings.mostBytes { isTooLarge = try Self.size(of: database) > most }
            }
        }
        hasToldOfDetails = detailsSince != nil
        unstated = [:]
        unnamed = []
        self.processes.written()
        self.batch = []
        batchStart = nil
        writtenUntil = last
        guard isTooLarge, let start = open.start else { return }
        // Packed, windows take a fraction of the room, unless there are too few of them to a block.
        if last - start >= Tier.raw.blockLength(interval: settings.interval) / Self.smallestBlock {
            try pack()
        } else {
            try keepingPlace { () throws(StoreError) in
                try attempt("write to") { try database.write { try forget(before: last, $0) } }
            }
        }
    }

    private var hasToldOfDetails = false
    /// Where a file is at its limit, blocks are at least this part of a full one.
    private static let smallestBlock: Int64 = 20

    /// Gives every component that has none yet its number.
    private func number(
        _ window: RecordedWindow, _ changes: RecordedProcessChanges, _ decisions: [RecordedDecision]
    ) {
        var new: Set<ComponentID> = []
        func note(_ component: ComponentID) { if numbers[component] == nil { new.insert(component) } }
        for (component, _) in window.components { note(component) }
        for description in changes.described { note(description.component) }
        for decision in decisions { decision.component.map(note) }
        if let detail = window.detail {
            for device in detail.devices { note(device.component) }
            for sockets in detail.sockets { note(sockets.component) }
            for disturbance in detail.disturbances { note(disturbance.waiter) }
            for thread in detail.threads { note(thread.component) }
        }
        for component in new.sorted() {
            lastNumber += 1
            numbers[component] = lastNumber
            unnamed.append((component, lastNumber))
        }
    }

    // MARK: Processes

    /// Those that are known to live.
    var living: [ProcessDescription] { processes.alive.values.sorted { $0.row < $1.row }.map(\.process.description) }

    /// Says of processes, with the next window, what another writer has said already.
    func describe(_ living: [ProcessDescription]) { owed += living }

    // MARK: Blocks

    /// Packs what is open into blocks, folds what is complete, and gives up what is too old.
    private func pack() throws(StoreError) {
        try keepingPlace { () throws(StoreError) in
            try attempt("write to") { try database.write { try pack($0) } }
        }
        open = OpenWindows()
    }

    /// What a transaction that is taken back has moved on goes back as well.
    private func keepingPlace(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        let place = (folded, detailsSince)
        do throws(StoreError) {
            try body()
        } catch {
            (folded, detailsSince) = place
            throw error
        }
    }

    /// Writes what is open, and makes the recording one file.
    package func close() throws(StoreError) {
        try flush()
        try attempt("close") {
            try database.write {
                try writeFacts($0)
                try $0.execute(sql: "DELETE FROM facts WHERE name = 'writer'")
            }
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
