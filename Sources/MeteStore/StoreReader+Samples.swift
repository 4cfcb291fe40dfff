import GRDB
package import MeteModel

/// What components and the machine used.
extension StoreReader {
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
    func samples(
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
}
