import MeteTrace

/// What was lost: one list for the tables, which have a line for each kind, and for the screen, which has one line for all.
enum LossWords {
    private struct Kind {
        var count: any KeyPath<TraceLosses, UInt64> & Sendable
        var brief: String
        var line: String
        /// Whether it is for want of room in the ring buffer.
        var isRecord = false
    }

    /// What matters most comes first.
    private static let kinds = [
        Kind(
            count: \.unattributedThreads, brief: "threads counted to rest",
            line: "Threads that ended with no room for what they had used, which is counted to rest", isRecord: true),
        Kind(
            count: \.uncountedRequests, brief: "disk requests", line: "Disk requests counted nowhere"),
        Kind(
            count: \.unattributedRequests, brief: "disk requests counted to rest",
            line: "Disk requests whose maker is not known, counted to rest"),
        Kind(
            count: \.threadlessRequests, brief: "disk requests of no thread",
            line: "Disk requests counted to their component and no thread"),
        Kind(
            count: \.unattributedCalls, brief: "socket calls counted to rest",
            line: "Socket calls of new programs, counted to rest"),
        Kind(
            count: \.threadlessTraffic, brief: "socket calls of no thread",
            line: "Socket calls counted to their component and no thread"),
        Kind(
            count: \.uncountedDisturbances, brief: "parts of waits without a culprit",
            line: "Parts of waits for which nobody is named"),
        Kind(
            count: \.uncountedCalls, brief: "calls of functions", line: "Calls of functions counted nowhere"),
        Kind(
            count: \.untimedCalls, brief: "calls of functions untimed",
            line: "Calls of functions whose time is not counted, too many being open"),
        Kind(
            count: \.eventRecords, brief: "events (read anew)", line: "Events without room, which were read anew",
            isRecord: true),
        Kind(
            count: \.exitRecords, brief: "exits (counted by process)",
            line: "Exits without room, counted by process", isRecord: true),
        Kind(
            count: \.usageRecords, brief: "usage records (came later)",
            line: "Usage records without room, which came later", isRecord: true),
    ]

    /// Nil for nothing.
    static func text(_ losses: TraceView.Losses) -> String? {
        switch losses {
        case .sum(0): return nil
        case .sum(let count): return "Lost, late or not attributed so far: \(count)."
        case .each(let each):
            let parts = found(each).map { "\(each[keyPath: $0.count]) \($0.brief)" }
            return parts.isEmpty ? nil : "Lost so far: " + parts.joined(separator: ", ") + "."
        }
    }

    /// Below tables; at least one line.
    static func lines(_ losses: TraceView.Losses) -> [String] {
        switch losses {
        case .sum(0): return ["Nothing lost."]
        case .sum(let count): return ["Records, requests and calls lost, late or not attributed so far: \(count)."]
        case .each(let each):
            let found = found(each)
            let remedy =
                found.contains(where: \.isRecord) ? ["A larger --ring-bytes has room for more records."] : []
            let lines = found.map { "\($0.line): \(each[keyPath: $0.count])." } + remedy
            return lines.isEmpty ? ["Nothing lost."] : lines
        }
    }

    private static func found(_ losses: TraceLosses) -> [Kind] {
        kinds.filter { losses[keyPath: $0.count] > 0 }
    }
}
