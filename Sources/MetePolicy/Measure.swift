/// A kind of amount as policies write it: a decimal number and a unit, `100ms`, `0.5`.
struct Measure: Sendable {
    /// What an amount is called in errors, e.g. `a duration`.
    let noun: String
    /// Worth of each unit in the measure's base unit; "" stands for a number without one.
    let units: [(symbol: String, worth: Double)]
    /// An amount as it should be written.
    let example: String

    /// Base unit: nanoseconds. A number without a unit is refused: nobody can tell what was meant.
    static let duration = Measure(
        noun: "a duration",
        units: [
            ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 60e9), ("h", 3_600e9),
        ],
        example: "100ms")

    /// Base unit: one CPU.
    static let cores = Measure(noun: "a number of cores", units: [("", 1)], example: "0.5")

    /// A share or a factor.
    static let number = Measure(noun: "a number", units: [("", 1)], example: "0.1")

    /// The amount in the base unit, or what is wrong and what would be right.
    func parse(_ text: String) -> Result<Double, Misfit> {
        let numberEnd = text.firstIndex { !"0123456789.+-".contains($0) } ?? text.endIndex
        let digits = text[..<numberEnd]
        let symbol = text[numberEnd...].drop { $0 == " " }
        guard digits.contains(where: \.isNumber), let number = Double(digits), number.isFinite else {
            return .failure(misfit(hint))
        }
        if symbol.hasPrefix(",") { return .failure(misfit("\(hint): decimals follow a point")) }
        if let unit = units.first(where: { $0.symbol == symbol }) { return .success(number * unit.worth) }
        return .failure(misfit(remedy(forUnit: String(symbol), after: number)))
    }

    /// Why a text is not an amount of a measure.
    struct Misfit: Error {
        var problem: String
        var remedy: String
    }

    private func misfit(_ remedy: String) -> Misfit {
        Misfit(problem: "is not \(noun)", remedy: remedy)
    }

    private var hint: String { "write e.g. \(example)" }

    private func remedy(forUnit symbol: String, after number: Double) -> String {
        let symbols = units.map(\.symbol).filter { !$0.isEmpty }
        if !symbols.isEmpty {
            let listed = "units are \(symbols.joined(separator: ", "))"
            return symbol.isEmpty ? "a unit is missing: \(hint) (\(listed))" : "\(hint) (\(listed))"
        }
        switch symbol {
        case "%": return "write \((number / 100).plain)"
        case "m": return "write \((number / 1_000).plain)"
        default: return "\(hint), without a unit"
        }
    }
}

extension Double {
    /// At most four decimals, no trailing zeros, no exponent: `0.125`, `2`.
    var plain: String {
        guard abs(self) < 1e12 else { return "\(self)" }
        let scaled = (abs(self) * 1e4).rounded()
        let whole = Int64(scaled / 1e4)
        var decimals = String(Int64(scaled) % 10_000)
        decimals = String(repeating: "0", count: 4 - decimals.count) + decimals
        while decimals.last == "0" { decimals.removeLast() }
        let sign = self < 0 && scaled > 0 ? "-" : ""
        return decimals.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole).\(decimals)"
    }
}
