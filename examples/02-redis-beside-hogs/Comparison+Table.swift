extension Comparison {
    /// One column for each arrangement, one line for each quantity.
    var table: String {
        var lines = [["median of \(columns.map(\.rounds.count).max() ?? 0) rounds"] + columns.map(\.arrangement.title)]
        func line(_ title: String, _ cell: (Column) -> String?) {
            lines.append([title] + columns.map { cell($0) ?? "–" })
        }
        func latency(_ title: String, _ row: @escaping (ClientReport) -> ClientReport.Row?) {
            lines.append([title])
            let quantiles: [(String, KeyPath<ClientReport.Row, Double>)] = [
                ("p50", \.p50), ("p99", \.p99), ("p99.9", \.p999),
            ]
            for (name, quantile) in quantiles {
                line("  \(name)") { column in
                    column.median { row($0.latency)?[keyPath: quantile] }.map { Self.decimal($0, places: 0) }
                }
            }
        }
        latency("latency in µs, all phases") { $0.total }
        for (index, phase) in (columns.first?.rounds.first?.latency.phases ?? []).enumerated() {
            latency("phase \(phase.phase)") { index < $0.phases.count ? $0.phases[index] : nil }
        }
        lines.append(["hogs"])
        line("  bogo ops per second") { $0.median { $0.hogs?.bogoOpsPerSecond }.map { Self.decimal($0, places: 0) } }
        line("  CPU seconds") { $0.median { $0.hogs?.cpuSeconds }.map { Self.decimal($0, places: 2) } }
        line("  of the CPU that redis and client left") {
            $0.median { $0.hogs?.shareOfRest }.map { Self.decimal(100 * $0, places: 1) + " %" }
        }
        line("  least cores in any second (promised \(Self.decimal(guarantee, places: 2)))") {
            $0.least { $0.hogs?.leastShareInAnySecond }.map { Self.decimal($0, places: 2) }
        }
        line("cores used by others") { $0.median(\.otherCores).map { Self.decimal($0, places: 2) } }
        return Self.aligned(lines)
    }

    private static func aligned(_ lines: [[String]]) -> String {
        let width = lines.map { $0[0].count }.max() ?? 0
        let cellWidth = (lines.flatMap { $0.dropFirst() }.map(\.count).max() ?? 0) + 2
        return lines.map { line in
            let cells = line.dropFirst().map { String(repeating: " ", count: cellWidth - $0.count) + $0 }.joined()
            return cells.isEmpty ? line[0] : line[0] + String(repeating: " ", count: width - line[0].count) + cells
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
