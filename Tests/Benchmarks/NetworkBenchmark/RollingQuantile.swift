/// The quantile of the last 200 values, interpolated between neighbours: as the baselines correct their bounds.
struct RollingQuantile {
    static let width = 200

    private var arrivals: [Double] = []
    private var oldest = 0
    private var sorted: [Double] = []

    mutating func insert(_ value: Double) {
        if arrivals.count < Self.width {
            arrivals.append(value)
        } else {
            sorted.remove(at: place(of: arrivals[oldest]))
            arrivals[oldest] = value
            oldest = (oldest + 1) % Self.width
        }
        sorted.insert(value, at: place(of: value))
    }

    /// 0 while there is none.
    func quantile(_ level: Double) -> Double {
        guard let last = sorted.last else { return 0 }
        let position = Double(sorted.count - 1) * level
        let lower = Int(position)
        let upper = lower + 1 < sorted.count ? sorted[lower + 1] : last
        return sorted[lower] + (position - Double(lower)) * (upper - sorted[lower])
    }

    /// Index of the first that is not smaller.
    private func place(of value: Double) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
