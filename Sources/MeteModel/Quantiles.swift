/// A distribution given by its quantiles at `Quantiles.levels`, non-decreasing.
package struct Quantiles: Equatable, Sendable, Codable {
    /// The levels every forecast carries.
    package static let levels: [Double] = [0.5, 0.9, 0.95, 0.99]

    package var median: Double
    package var p90: Double
    package var p95: Double
    package var p99: Double

    package init(median: Double, p90: Double, p95: Double, p99: Double) {
        self.median = median
        self.p90 = p90
        self.p95 = p95
        self.p99 = p99
    }

    /// All the mass on one value.
    package init(point: Double) {
        self.init(median: point, p90: point, p95: point, p99: point)
    }

    /// The values in the order of `levels`.
    package var values: [Double] { [median, p90, p95, p99] }

    /// The value at the smallest level that is at least `level`; the highest for levels above it.
    package func value(at level: Double) -> Double {
        if level <= 0.5 { return median }
        if level <= 0.9 { return p90 }
        if level <= 0.95 { return p95 }
        return p99
    }
}
