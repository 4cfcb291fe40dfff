import GRDB
import MeteModel

/// From windows to blocks, and from blocks of one tier to those of the next.
extension StoreWriter {
    func pack(_ database: Database) throws {
        var last: Int64 = 0
        for (number, samples) in open.samples {
            try insert(samples, number, .raw, database)
            last = max(last, samples.last?.end ?? 0)
        }
        for (number, kinds) in open.details {
            for columns in kinds.values { try insert(columns, number, .raw, database) }
        }
        for (number, decisions) in open.decisions { try insert(decisions, number, database) }
        for table in ["recent", "recent_details", "recent_decisions"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE end <= ?", arguments: [last])
        }
        folded[.raw] = last
        for tier in Tier.allCases where tier != .raw && tier.isKept(interval: settings.interval) {
            try fold(tier, to: tier.blockLength(interval: settings.interval), database)
        }
        try forget(before: last, database)
    }

    private func insert(_ samples: [RecordedSample], _ number: Int, _ tier: Tier, _ database: Database) throws {
        guard let first = samples.first, let last = samples.last else { return }
        let start = first.end - first.length
        let data = BlockCoding.encode(samples)
        let sum = Self.blockSum(number, tier, start, last.end, samples.count, data)
        let statement = try database.cachedStatement(sql: "INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)")
        try statement.execute(
            arguments: [number, tier.rawValue, start, last.end, samples.count, data.data, sum])
    }

    static func blockSum(
        _ number: Int, _ tier: Tier, _ start: Int64, _ end: Int64, _ count: Int, _ data: [UInt8]
    ) -> Int64 {
        var sum = Checksum()
        for part in [number, tier.rawValue, count] { sum.add(part) }
        sum.add(start)
        sum.add(end)
        sum.add(data)
        return sum.value
    }

    private func insert(_ columns: DetailColumns, _ number: Int, _ tier: Tier, _ database: Database) throws {
        for part in columns.parts(ofAtMost: BlockCoding.mostSamples) {
            guard let (start, end) = part.span else { continue }
            let data = part.encoded()
            let statement = try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO details VALUES (?, ?, ?, ?, ?, ?, ?)")
            try statement.execute(
                arguments: [
                    number, part.kind.rawValue, tier.rawValue, start, end, data.data,
                    Self.detailSum(number, part.kind, tier, start, end, data),
                ])
        }
    }

    static func detailSum(
        _ number: Int, _ kind: DetailKind, _ tier: Tier, _ start: Int64, _ end: Int64, _ data: [UInt8]
    ) -> Int64 {
        var sum = Checksum()
        for part in [number, kind.rawValue, tier.rawValue] { sum.add(part) }
        sum.add(start)
        sum.add(end)
        sum.add(data)
        return sum.value
    }

    private func insert(_ decisions: [RecordedDecision], _ number: Int, _ database: Database) throws {
        guard let first = decisions.first, let last = decisions.last else { return }
        let data = DecisionCoding.encode(decisions.map { (number, $0) })
        let statement = try database.cachedStatement(sql: "INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?)")
        try statement.execute(
            arguments: [
                number, first.end, last.end, data.data, Self.decisionSum(number, first.end, last.end, data),
            ])
    }

    static func decisionSum(_ number: Int, _ start: Int64, _ end: Int64, _ data: [UInt8]) -> Int64 {
        var sum = Checksum()
        sum.add(number)
        sum.add(start)
        sum.add(end)
        sum.add(data)
        return sum.value
    }

    // MARK: Roll-ups

    /// Makes the blocks of a tier that the finer one has completed.
    ///
    /// - Parameter grain: a block ends where the clock has a multiple of it.
    func fold(_ tier: Tier, to grain: Nanoseconds, _ database: Database) throws {
        guard let finer = tier.finer(interval: settings.interval), let until = folded[finer] else { return }
        let since =
            try folded[tier] ?? Int64.fetchOne(
                database, sql: "SELECT min(start) FROM blocks WHERE tier = ?", arguments: [finer.rawValue]) ?? until
        let end = until / grain * grain
        guard end > since else { return }
        /// Whether a finer sample is of this block: its middle decides.
        func isHere(_ sampleEnd: Int64, _ length: Nanoseconds) -> Bool {
            sampleEnd > since && sampleEnd - length / 2 < end
        }
        var last = since
        for number in [0] + numbers.values {
            let rows = try Row.fetchCursor(
                database,
                sql:
                    "SELECT data FROM blocks WHERE component = ? AND tier = ? AND end > ? AND start < ? ORDER BY start",
                arguments: [number, finer.rawValue, since, end])
            var samples: [RecordedSample] = []
            while let row = try rows.next() {
                guard let block = try? BlockCoding.decode(row.bytes("data")) else { continue }
                samples += block.filter { isHere($0.end, $0.length) }
            }
            try insert(tier.fold(samples), number, tier, database)
            last = max(last, samples.last?.end ?? since)
            for kind in DetailKind.allCases where tier <= kind.coarsest {
                try fold(kind, number, finer, tier, since..<end, isHere, database)
            }
        }
        folded[tier] = last
    }

    private func fold(
        _ kind: DetailKind, _ number: Int, _ finer: Tier, _ tier: Tier, _ range: Range<Int64>,
        _ isHere: (Int64, Nanoseconds) -> Bool, _ database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT data FROM details
                WHERE component = ? AND kind = ? AND tier = ? AND end > ? AND start < ? ORDER BY start
                """)
        let rows = try Row.fetchCursor(
            statement,
            arguments: [number, kind.rawValue, finer.rawValue, range.lowerBound, range.upperBound])
        var all = DetailColumns(kind: kind)
        while let row = try rows.next() {
            guard let block = try? DetailColumns(kind: kind, decoding: row.bytes("data")) else { continue }
            all.append(block, where: isHere)
        }
        if all.count > 0 {
            try insert(all.folded(to: tier, mostThreads: settings.mostThreads), number, tier, database)
        }
    }
}
