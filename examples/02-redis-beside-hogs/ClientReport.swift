/// What `open-loop --json` prints.
struct ClientReport: Codable {
    struct Row: Codable {
        var phase: String
        var sent: Int
        var completed: Int
        var errors: Int
        var p50: Double
        var p99: Double
        var p999: Double
        /// By how much requests left late, because the client waited for a CPU.
        var lateP99: Double

        /// Latencies are microseconds.
        enum CodingKeys: String, CodingKey {
            case phase, sent, completed, errors
            case p50 = "p50_us"
            case p99 = "p99_us"
            case p999 = "p99_9_us"
            case lateP99 = "late_p99_us"
        }
    }

    var phases: [Row]
    var total: Row
}
