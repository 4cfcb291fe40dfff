internal import MeteModel

/// The last residuals of several point predictions, in order of size, with the state in which each prediction was made.
///
/// Turns points into quantiles without assuming a distribution, in two ways. *Plain*: the rank ⌈(n + 1) q⌉ of n residuals, which
/// covers an exchangeable next one with probability q at least (split conformal prediction; Lei et al., "Distribution-Free
/// Predictive Inference for Regression", 2018), interpolated between ranks. *By analogy*: residuals count by how close the state
/// in which they arose is to the present one, with the weight `(1 + d²)⁻²` at distance d, and the quantile is that of the
/// weighted sample (Nadaraya-Watson estimate of a conditional distribution; Hall, Wolff and Yao, "Methods for Estimating a
/// Conditional Distribution Function", 1999). Demands that are volatile in some states and calm in others get bounds to match.
///
/// All predictions of a tick share its slot, so states are stored and compared once. Cost per tick: the comparison
/// of `capacity` states; for each prediction one insertion, and half a pass for its analog. Five bytes per residual and 16 per state.
struct AnalogWindow: Sendable {
    /// Features of a state, in comparable units: the distance is Euclidean.
    typealias State = SIMD4<Float>

    let capacity: Int
    private let predictions: Int
    private(set) var count = 0
    /// The slot that is written next.
    private var next = 0
    private var states: [State]
    /// By slot, relative to the present state. Not remembered: made anew by `compare`.
    private var weights: [Float]
    private var totalWeight: Float = 0
    /// For each prediction its residuals in ascending order, and beside each the slot that it came in.
    private var residuals: [Float]
    private var slots: [UInt8]

    init(capacity: Int, predictions: Int) {
        precondition(capacity <= 256, "a slot has a byte")
        self.capacity = capacity
        self.predictions = predictions
        states = Array(repeating: .zero, count: capacity)
        weights = Array(repeating: 0, count: capacity)
        residuals = Array(repeating: 0, count: capacity * predictions)
        slots = Array(repeating: 0, count: capacity * predictions)
    }

    /// Takes in what was observed less what was predicted in `state`, a finite lane for each prediction, in place of the oldest.
    mutating func insert(_ errors: SIMD16<Float>, state: State) {
        let slot = UInt8(next)
        states[next] = state
        let isFull = count == capacity
        let filled = count
        let (capacity, predictions) = (capacity, predictions)
        residuals.withUnsafeMutableBufferPointer { residuals in
            slots.withUnsafeMutableBufferPointer { slots in
                for prediction in 0..<predictions {
                    let start = prediction * capacity
                    var gap = start + filled
                    if isFull {
                        gap = start
                        while slots[gap] != slot { gap += 1 }
                    }
                    let end = start + (isFull ? capacity : filled + 1)
                    let error = errors[prediction]
                    while gap > start, residuals[gap - 1] > error {
                        residuals[gap] = residuals[gap - 1]
                        slots[gap] = slots[gap - 1]
                        gap -= 1
                    }
                    while gap + 1 < end, residuals[gap + 1] < error {
                        residuals[gap] = residuals[gap + 1]
                        slots[gap] = slots[gap + 1]
                        gap += 1
                    }
                    residuals[gap] = error
                    slots[gap] = slot
                }
            }
        }
        if !isFull { count += 1 }
        next = next + 1 == capacity ? 0 : next + 1
    }

    /// Weighs all residuals by the distance of their states from `state`, for the analogs asked for next.
    mutating func compare(with state: State) {
        var total: Float = 0
        for slot in 0..<count {
            let difference = states[slot] - state
            let closeness = 1 / (1 + (difference * difference).sum())
            weights[slot] = closeness * closeness
            total += weights[slot]
        }
        totalWeight = total
    }

    /// Quantiles at `Quantiles.levels` of the residuals of a prediction; zero while there are none.
    func plain(_ prediction: Int) -> SIMD4<Float> {
        var quantiles = SIMD4<Float>.zero
        guard count > 0 else { return quantiles }
        for index in 0..<4 {
            quantiles[index] = quantile(of: prediction, rank: Self.levels[index] * Float(count + 1) - 1)
        }
        return quantiles
    }

    /// Quantiles at `Quantiles.levels` of the residuals of a prediction, weighed by the last comparison; zero while there are none.
    func analog(_ prediction: Int) -> SIMD4<Float> {
        var quantiles = SIMD4<Float>.zero
        guard count > 0 else { return quantiles }
        let start = prediction * capacity
        residuals.withUnsafeBufferPointer { residuals in
            slots.withUnsafeBufferPointer { slots in
                weights.withUnsafeBufferPointer { weights in
                    // From the largest residual down: `above` is the weight of those that are larger.
                    var index = start + count - 1
                    var above: Float = 0
                    var weight = weights[Int(slots[index])]
                    for level in stride(from: 3, through: 0, by: -1) {
                        let tail = (1 - Self.levels[level]) * totalWeight
                        while above + weight <= tail, index > start {
                            above += weight
                            index -= 1
                            weight = weights[Int(slots[index])]
                        }
                        let below = residuals[max(start, index - 1)]
                        let share = min(max((above + weight - tail) / weight, 0), 1)
                        quantiles[level] = below + (residuals[index] - below) * share
                    }
                }
            }
        }
        return quantiles
    }

    private static let levels = SIMD4<Float>(0.5, 0.9, 0.95, 0.99)

    /// The residual at a rank from 0, interpolated; the extremes beyond the first and the last.
    private func quantile(of prediction: Int, rank: Float) -> Float {
        let start = prediction * capacity
        let rank = min(max(rank, 0), Float(count - 1))
        let below = Int(rank)
        let low = residuals[start + below]
        let high = residuals[start + min(below + 1, count - 1)]
        return low + (high - low) * (rank - Float(below))
    }
}
