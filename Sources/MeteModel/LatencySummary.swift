/// What is shown of a distribution of durations; nothing where nothing was counted.
package struct LatencySummary: Equatable, Sendable {
    /// How many there were; 0 where that is not known.
    package var count: UInt64
    package var p50: Nanoseconds?
    package var p99: Nanoseconds?
    package var p999: Nanoseconds?

    package init(count: UInt64 = 0, p50: Nanoseconds? = nil, p99: Nanoseconds? = nil, p999: Nanoseconds? = nil) {
        self.count = count
        self.p50 = p50
        self.p99 = p99
        self.p999 = p999
    }

    package init(_ histogram: LatencyHistogram) {
        self.init(
            count: histogram.total, p50: histogram.quantile(0.5), p99: histogram.quantile(0.99),
            p999: histogram.quantile(0.999))
    }
}
