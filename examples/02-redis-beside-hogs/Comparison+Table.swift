extension Comparison {
    /// One column for each arrangement, one line for each quantity; at most 100 characters wide.
    var table: String {
        var lines = [["median of \(columns.map(\.rounds.count).max() ?? 0) rounds"] + columns.map(\.arrangement.title)]
        func line(_ title: String, _ cell: (Column) -> String?) {
            lines.append([title] + columns.map { cell($0) ?? "–" })
        }
        if let ratio { lines.append([""] + columns.map { $0.arrangement == .weights ? "\(ratio)" : "" }) }
        lines.append(["latency in µs, from when each request was meant to be sent to its reply"])
        let quantiles: [(String, KeyPath<ClientReport.Row, Double>)] = [
            ("  p50: half are faster", \.p50), ("  p99: all but one in 100 are faster", \.p99),
            ("  p99.9: all but one in 1,000", \.p999),
        ]
        for (title, quantile) in quantiles {
            line(title) { $0.median { $0.latency.total[keyPath: quantile] }.map { Self.decimal($0, places: 0) } }
        }
        lines.append(["p99 in µs, by phase (length @ requests per second)"])
        for (index, phase) in (columns.first?.rounds.first?.latency.phases ?? []).enumerated() {
            line("  \(phase.phase)") { column in
                column.median { index < $0.latency.phases.count ? $0.latency.phases[index].p99 : nil }
                    .map { Self.decimal($0, places: 0) }
            }
        }
        lines.append(["hogs, which are promised \(Self.decimal(guarantee, places: 2)) cores and take what nobody wants"]
        )
        line("  work done, bogo ops per second") {
            $0.median { $0.hogs?.bogoOpsPerSecond }.map { Self.decimal($0, places: 0) }
        }
        line("  share of the CPU that redis left") { $0.median { $0.hogs?.shareOfRest }.map(Self.percent) }
        line("  least cores in any second") {
            $0.least { $0.hogs?.leastShareInAnySecond }.map { Self.decimal($0, places: 2) }
        }
        lines.append(["others, mete among them; much more than 0 means a busy machine and doubtful numbers"])
        line("  cores used") { $0.median(\.otherCores).map { Self.decimal($0, places: 2) } }
        return Self.aligned(lines)
    }

    private static func aligned(_ lines: [[String]]) -> String {
        let width = lines.filter { $0.count > 1 }.map { $0[0].count }.max() ?? 0
        let cellWidth = (lines.flatMap { $0.dropFirst() }.map(\.count).max() ?? 0) + 2
        return lines.map { line in
            let cells = line.dropFirst().map { String(repeating: " ", count: cellWidth - $0.count) + $0 }.joined()
            guard !cells.isEmpty else { return line[0] }
            let text = line[0] + String(repeating: " ", count: width - line[0].count) + cells
            return String(text.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    static func decimal(_ number: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1) { product, _ in product * 10 }
        let scaled = Int((number * Double(scale)).rounded())
        let sign = scaled < 0 ? "-" : ""
        guard places > 0 else { return "\(scaled)" }
        let fraction = "\(abs(scaled) % scale)"
        return sign + "\(abs(scaled) / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
