import GRDB
package import MeteModel

/// What the agent decided.
extension StoreReader {
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
}
