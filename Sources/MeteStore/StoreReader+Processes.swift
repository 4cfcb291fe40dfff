import GRDB
package import MeteModel

/// Which processes there were.
extension StoreReader {
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
}
