/// The outcome of a run: one row per phase, their total, and what the client itself cost.
struct Report {
    struct Row {
        var name: String
        var tally: Tally
    }

    let rows: [Row]
    let total: Row
    /// CPU time of the client, without its preparations.
    let cpuNanoseconds: Int64
    let wallNanoseconds: Int64

    init(phases: [Phase], tallies: some Sequence<Tally>, cpuNanoseconds: Int64, wallNanoseconds: Int64) {
        rows = zip(phases, tallies).map { Row(name: $0.name, tally: $1) }
        total = Row(
            name: "total",
            tally: tallies.reduce(into: Tally()) { $0.add($1) })
        self.cpuNanoseconds = cpuNanoseconds
        self.wallNanoseconds = wallNanoseconds
    }

    var cpuMicrosecondsPerRequest: Double {
        Double(cpuNanoseconds) / 1e3 / Double(max(1, total.tally.sent))
    }

    /// A number with one digit after the point.
    private static func tenths(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func microseconds(_ nanoseconds: Int64) -> String {
        tenths(Double(nanoseconds) / 1e3)
    }
}

// MARK: For people

extension Report {
    var table: String {
        let heads = [
            "phase", "sent", "completed", "errors", "p50 µs", "p99 µs", "p99.9 µs", "max µs", "sent late p99 µs",
        ]
        let cells = [heads] + (rows + [total]).map(Self.cells)
        let widths = heads.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let lines = cells.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ")
        }
        let share = 100 * Double(cpuNanoseconds) / Double(max(1, wallNanoseconds))
        return lines.joined(separator: "\n")
            + "\nthe client itself used \(Self.tenths(share)) % of a CPU, "
            + "\(Self.tenths(cpuMicrosecondsPerRequest)) µs per request"
    }

    private static func cells(of row: Row) -> [String] {
        let tally = row.tally
        return [row.name, "\(tally.sent)", "\(tally.completed)", "\(tally.errors)"]
            + [0.5, 0.99, 0.999].map { microseconds(tally.latency.quantile($0)) }
            + [microseconds(tally.latency.maximum), microseconds(tally.lateness.quantile(0.99))]
    }
}

// MARK: For programs

extension Report {
    /// One object. Every latency is in microseconds.
    var json: String {
        let phases = rows.map(Self.json).joined(separator: ",")
        return """
            {"phases":[\(phases)],"total":\(Self.json(of: total)),\
            "client":{"cpu_seconds":\(Double(cpuNanoseconds) / 1e9),"wall_seconds":\(Double(wallNanoseconds) / 1e9)}}
            """
    }

    /// Names need no escapes: a phase is digits, a unit, `@` and a number.
    private static func json(of row: Row) -> String {
        let tally = row.tally
        let numbers: [(String, String)] = [
            ("sent", "\(tally.sent)"), ("completed", "\(tally.completed)"), ("errors", "\(tally.errors)"),
            ("p50_us", microseconds(tally.latency.quantile(0.5))),
            ("p99_us", microseconds(tally.latency.quantile(0.99))),
            ("p99_9_us", microseconds(tally.latency.quantile(0.999))),
            ("max_us", microseconds(tally.latency.maximum)),
            ("late_p99_us", microseconds(tally.lateness.quantile(0.99))),
        ]
        return "{\"phase\":\"\(row.name)\"," + numbers.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }
}
