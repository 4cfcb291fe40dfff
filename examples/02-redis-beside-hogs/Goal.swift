/// A number to reach, what was measured, and what the rival reaches in the same run.
struct Goal: Codable, Equatable {
    var what: String
    var goal: String
    var measured: String
    var rival: String
    var isMet: Bool

    /// As rows of Markdown, which are also what `make bench` prints of its other numbers.
    static func table(_ goals: [Goal]) -> String {
        let rows =
            [["what", "goal", "measured", "rival", ""]]
            + goals.map { [$0.what, $0.goal, $0.measured, $0.rival, $0.isMet ? "met" : "missed"] }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            "| " + zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: " | ")
                + " |"
        }
        lines.insert("|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|", at: 1)
        return lines.joined(separator: "\n")
    }
}

extension Comparison {
    /// Latency with mete, as a multiple of that of redis alone.
    private static let mostTimesAlone = 1.1
    /// Share of the CPU that redis and client leave, which goes to the hogs.
    private static let leastShareOfRest = 0.95

    /// Those that the arrangements measured can decide, by medians; the hogs' guarantee by the worst second of all rounds.
    var goals: [Goal] {
        guard let mete = column(.mete), let p99 = mete.median({ $0.latency.total.p99 }) else { return [] }
        var goals: [Goal] = []
        if let alone = column(.alone)?.median({ $0.latency.total.p99 }), alone > 0 {
            goals.append(
                Goal(
                    what: "demo: p99 against redis alone", goal: "≤ \(Self.decimal(Self.mostTimesAlone, places: 1)) ×",
                    measured: "\(Self.decimal(p99 / alone, places: 2)) ×", rival: "alone \(Self.micros(alone))",
                    isMet: p99 <= Self.mostTimesAlone * alone))
        }
        let fixed = column(.weights)
        let name = "static \(ratio.map { "\($0)" } ?? "weights")"
        if let rival = fixed?.median({ $0.latency.total.p99 }) {
            goals.append(
                Goal(
                    what: "demo: p99 against the best static weights", goal: "≤ \(Self.micros(rival))",
                    measured: Self.micros(p99), rival: "\(name)", isMet: p99 <= rival))
        }
        if let least = mete.least({ $0.hogs?.leastShareInAnySecond }) {
            let rival = fixed?.least { $0.hogs?.leastShareInAnySecond }
            goals.append(
                Goal(
                    what: "demo: hogs' least cores in any second", goal: "≥ \(Self.decimal(guarantee, places: 2))",
                    measured: Self.decimal(least, places: 2),
                    rival: rival.map { "static \(Self.decimal($0, places: 2))" } ?? "", isMet: least >= guarantee))
        }
        if let share = mete.median({ $0.hogs?.shareOfRest }) {
            let rival = fixed?.median { $0.hogs?.shareOfRest }
            goals.append(
                Goal(
                    what: "demo: of the CPU left, to the hogs", goal: "≥ \(Self.percent(Self.leastShareOfRest))",
                    measured: Self.percent(share), rival: rival.map { "static \(Self.percent($0))" } ?? "",
                    isMet: share >= Self.leastShareOfRest))
        }
        return goals
    }

    private func column(_ arrangement: Arrangement) -> Column? {
        columns.first { $0.arrangement == arrangement && !$0.rounds.isEmpty }
    }

    private static func micros(_ number: Double) -> String { "\(decimal(number, places: 0)) µs" }
    static func percent(_ share: Double) -> String { "\(decimal(100 * share, places: 1)) %" }
}
