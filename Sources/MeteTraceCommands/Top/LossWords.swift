import MeteTrace

/// What was lost, in few words.
enum LossWords {
    /// Nil for nothing.
    static func text(_ losses: TraceView.Losses) -> String? {
        switch losses {
        case .sum(0): return nil
        case .sum(let count): return "Lost, late or not attributed so far: \(count)."
        case .each(let each):
            let parts = parts(of: each).filter { $0.count > 0 }.map { "\($0.count) \($0.what)" }
            return parts.isEmpty ? nil : "Lost so far: " + parts.joined(separator: ", ") + "."
        }
    }

    private static func parts(of losses: TraceLosses) -> [(count: UInt64, what: String)] {
        [
            (losses.unattributedThreads, "threads counted to rest"),
            (losses.uncountedRequests, "disk requests"),
            (losses.unattributedRequests, "disk requests counted to rest"),
            (losses.threadlessRequests, "disk requests of no thread"),
            (losses.unattributedCalls, "socket calls counted to rest"),
            (losses.threadlessTraffic, "socket calls of no thread"),
            (losses.uncountedDisturbances, "parts of waits without a culprit"),
            (losses.eventRecords, "events (read anew)"),
            (losses.exitRecords, "exits (counted by process)"),
            (losses.usageRecords, "usage records (came later)"),
        ]
    }
}
