/// What came of trying several static weights in short runs, so that mete is compared with the best of them.
struct WeightSearch: Codable {
    struct Attempt: Codable {
        var ratio: WeightRatio
        /// Of redis beside the hogs, in microseconds.
        var p99: Double
    }

    private(set) var attempts: [Attempt] = []

    mutating func add(_ ratio: WeightRatio, p99: Double) { attempts.append(Attempt(ratio: ratio, p99: p99)) }

    /// The one with the least p99; nil when none was tried.
    var best: WeightRatio? { attempts.min { $0.p99 < $1.p99 }?.ratio }

    /// One line for people.
    var summary: String {
        let tried = attempts.map { "\($0.ratio) \(Comparison.decimal($0.p99, places: 0)) µs" }
        return "p99 by static weights (redis:hogs): \(tried.joined(separator: ", "))"
    }
}
