internal import MeteModel

/// The last residuals (demand minus what was predicted for it), kept in order of size.
///
/// Turns a point prediction into quantiles without assuming a distribution. The bound at level q is the point plus the
/// ⌈(n + 1) q⌉-th smallest of n residuals: for exchangeable residuals it covers the next one with probability q at
/// least (split conformal prediction; Lei et al., "Distribution-Free Predictive Inference for Regression", 2018).
/// A sorted copy is mended at each insertion by moving what lies between the old and the new residual, so a
/// quantile is one array access.
struct ResidualWindow: Sendable {
    static let capacity = 100

    /// In order of arrival; `oldest` is the next to be replaced.
    private var arrivals: [Float] = []
    private var oldest = 0
    private var sorted: [Float] = []

    init() {
        arrivals.reserveCapacity(Self.capacity)
        sorted.reserveCapacity(Self.capacity)
    }

    var count: Int { sorted.count }

    /// Takes a residual in, which must be finite, in place of the oldest once the window is full.
    mutating func insert(_ residual: Double) {
        let residual = Float(residual)
        if sorted.count < Self.capacity {
            arrivals.append(residual)
            sorted.append(residual)
            settle(from: sorted.count - 1)
        } else {
            let gap = position(of: arrivals[oldest])
            arrivals[oldest] = residual
            oldest = oldest + 1 == Self.capacity ? 0 : oldest + 1
            sorted[gap] = residual
            settle(from: gap)
        }
    }

    /// The residual that bounds a share `level` of residuals; nil while there are too few for that level.
    func bound(at level: Double) -> Float? {
        let rank = Int((Double(sorted.count + 1) * level).rounded(.up))
        return rank <= sorted.count && rank > 0 ? sorted[rank - 1] : nil
    }

    /// A given median and the upper quantiles around `point`; none is negative, none below the median.
    ///
    /// - Parameter margin: what a level adds to the point as long as too few residuals are known for it, unless a larger
    ///   residual has been seen.
    func bounds(above median: Double, from point: Double, margin: Double) -> Quantiles {
        let median = max(0, median)
        let untried = max(margin, Double(sorted.last ?? 0))
        return Quantiles(
            median: median,
            p90: max(median, point + (bound(at: 0.9).map(Double.init) ?? untried)),
            p95: max(median, point + (bound(at: 0.95).map(Double.init) ?? untried)),
            p99: max(median, point + (bound(at: 0.99).map(Double.init) ?? untried)))
    }

    /// Index of a residual that is in the window.
    private func position(of residual: Float) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < residual { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Moves the one residual that may be out of order to its place.
    private mutating func settle(from start: Int) {
        let residual = sorted[start]
        var index = start
        while index > 0, sorted[index - 1] > residual {
            sorted[index] = sorted[index - 1]
            index -= 1
        }
        while index + 1 < sorted.count, sorted[index + 1] < residual {
            sorted[index] = sorted[index + 1]
            index += 1
        }
        sorted[index] = residual
    }
}
