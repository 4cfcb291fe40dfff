import GRDB
package import MeteModel

/// What stands beside the samples.
extension StoreReader {
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

    func details(
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
}
