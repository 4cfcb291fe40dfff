internal import MeteModel

extension Quantiles {
    /// From values at `Quantiles.levels`.
    init(_ values: SIMD4<Float>) {
        self.init(
            median: Double(values[0]), p90: Double(values[1]), p95: Double(values[2]), p99: Double(values[3]))
    }

    /// In another unit, and held within what can come.
    func scaled(by unit: Double, upTo ceiling: Double) -> Quantiles {
        Quantiles(
            median: min(median * unit, ceiling), p90: min(p90 * unit, ceiling), p95: min(p95 * unit, ceiling),
            p99: min(p99 * unit, ceiling))
    }
}

extension SIMD4<Float> {
    /// The values at `Quantiles.levels`.
    init(_ quantiles: Quantiles) {
        self.init(Float(quantiles.median), Float(quantiles.p90), Float(quantiles.p95), Float(quantiles.p99))
    }
}
