import MeteTrace

/// What was lost, for the tables, which have a line for each kind, and for the screen, which has one line for all.
enum LossWords {
    /// Nil for nothing.
    static func text(_ losses: TraceView.Losses) -> String? {
        switch losses {
        case .sum(0): return nil
        case .sum(let count): return "Lost, late or not attributed so far: \(count)."
        case .each(let each):
            let parts = each.found.map { "\($0.count) \($0.kind.brief)" }
            return parts.isEmpty ? nil : "Lost so far: " + parts.joined(separator: ", ") + "."
        }
    }

    /// Below tables; at least one line.
    static func lines(_ losses: TraceView.Losses) -> [String] {
        switch losses {
        case .sum(0): return ["Nothing lost."]
        case .sum(let count): return ["Records, requests and calls lost, late or not attributed so far: \(count)."]
        case .each(let each):
            let found = each.found
            var lines = found.map { "\($0.kind.line): \($0.count)." }
            if found.contains(where: { $0.kind.origin == .records }) {
                lines.append("A larger --ring-bytes has room for more records.")
            }
            return lines.isEmpty ? ["Nothing lost."] : lines
        }
    }
}
