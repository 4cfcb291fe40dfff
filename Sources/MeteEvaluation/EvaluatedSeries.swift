/// A series of demands at equal steps: what forecasts are evaluated on.
package struct EvaluatedSeries: Sendable {
    /// A file, or a part of a recording.
    package let name: String
    /// Seconds from one demand to the next.
    package let step: Double
    /// Seconds of the first demand, on the series' own clock.
    package let start: Double
    /// Nil where nothing was measured.
    package let demands: [Double?]

    package init(name: String, start: Double, step: Double, demands: [Double?]) {
        self.name = name
        self.start = start
        self.step = step
        self.demands = demands
    }

    /// Demands at the start that are not scored: 30 %, and 60 at least.
    package var warmUp: Int { max(60, Int(0.3 * Double(demands.count))) }

    /// Of all demands that were measured: the unit of losses.
    package var deviation: Double {
        let measured = demands.compactMap { $0 }.filter(\.isFinite)
        guard !measured.isEmpty else { return 0 }
        let mean = measured.reduce(0, +) / Double(measured.count)
        return (measured.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(measured.count)).squareRoot()
    }

    /// Why it cannot be scored; nil when it can.
    package var obstacle: String? {
        if demands.count < 2 * warmUp, demands.count < 120 {
            return "has \(demands.count) values; 120 are needed to score some of them"
        }
        return deviation > 0 ? nil : "is constant: there is no deviation to measure losses in"
    }
}
