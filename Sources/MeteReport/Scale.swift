import MeteModel

/// Where values lie on an axis, and which of them are marked.
struct Scale: Equatable {
    struct Tick: Equatable {
        var value: Double
        var label: String
    }

    private(set) var lower: Double
    private(set) var upper: Double
    private(set) var ticks: [Tick]
    private var isLogarithmic = false
    /// Of the labels.
    private(set) var unit: String

    /// From 0 to at least `most`, with round numbers marked.
    init(upTo most: Double, _ quantity: Quantity, marks: Int = 4) {
        let most = most.isFinite && most > 0 ? most : 1
        let (factor, unit) = quantity.scale(most: most)
        let step = Self.roundStep(most / factor / Double(marks))
        let count = max(1, Int((most / factor / step - 1e-9).rounded(.up)))
        lower = 0
        upper = Double(count) * step * factor
        self.unit = unit
        let places = max(0, Int((-Self.exponent(of: step)).rounded()))
        ticks = (0...count).map { index in
            Tick(
                value: Double(index) * step * factor,
                label: Quantity.fixed(Double(index) * step, index == 0 ? 0 : places))
        }
    }

    /// Powers of ten that include all of these durations in nanoseconds; each label has its unit.
    init(durations: ClosedRange<Double>) {
        let first = Self.power(below: max(1, durations.lowerBound))
        var last = Self.power(below: max(1, durations.upperBound))
        if last < durations.upperBound { last *= 10 }
        if last <= first { last = first * 10 }
        lower = first
        upper = last
        isLogarithmic = true
        unit = ""
        var ticks: [Tick] = []
        var value = first
        while value <= last * 1.001 {
            let (factor, unit) = Quantity.duration.scale(most: value * 1.001)
            ticks.append(Tick(value: value, label: "\(Quantity.fixed(value / factor, 0)) \(unit)"))
            value *= 10
        }
        // Of many decades every second or third is marked.
        let stride = (ticks.count + 5) / 6
        self.ticks = ticks.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    }

    /// From 0 at the lower end to 1 at the upper one, and nothing beyond.
    func position(_ value: Double) -> Double {
        let share =
            isLogarithmic
            ? Self.decades(max(value, lower) / lower) / Self.decades(upper / lower)
            : (value - lower) / (upper - lower)
        return min(1, max(0, share))
    }

    // MARK: Numbers

    /// The smallest of 1, 2 and 5 times a power of ten that is no less.
    static func roundStep(_ least: Double) -> Double {
        var power = 1.0
        while power > least { power /= 10 }
        while power * 10 <= least { power *= 10 }
        return [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= least * (1 - 1e-9) } ?? 10 * power
    }

    private static func power(below value: Double) -> Double {
        var power = 1.0
        while power * 10 <= value * (1 + 1e-9) { power *= 10 }
        return power
    }

    /// Of a round step: how many places it is before or behind the point.
    private static func exponent(of step: Double) -> Double {
        var (rest, exponent) = (step, 0.0)
        while rest < 0.9999 {
            rest *= 10
            exponent -= 1
        }
        return exponent
    }

    /// The decimal logarithm of a number that is no less than 1, without a library: bisection of the mantissa's powers.
    private static func decades(_ value: Double) -> Double {
        var (rest, whole) = (max(1, value), 0.0)
        while rest >= 10 {
            rest /= 10
            whole += 1
        }
        var (fraction, weight) = (0.0, 0.5)
        for _ in 0..<40 {
            rest *= rest
            if rest >= 10 {
                rest /= 10
                fraction += weight
            }
            weight /= 2
        }
        return whole + fraction
    }
}
