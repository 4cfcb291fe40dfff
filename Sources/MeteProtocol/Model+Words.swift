package import MeteModel

extension Claim {
    /// The claim without its value, as the API spells it.
    package var code: String {
        switch self {
        case .guarantee: "guarantee"
        case .forecast: "forecast"
        case .measured: "measured"
        case .surplus: "surplus"
        case .rounding: "rounding"
        case .kept: "kept"
        }
    }

    /// The claim as a reason that completes `0.250 is …`.
    package var words: String {
        switch self {
        case .guarantee: "guaranteed"
        case .forecast(let quantile): "forecast at \(Quantiles.label(of: quantile))"
        case .measured: "measured above the forecast"
        case .surplus: "lent, as nobody else claims it"
        case .rounding: "rounded to whole units"
        case .kept: "kept from the previous plan"
        }
    }
}

extension Change {
    /// Why the allotment is, or is not, what it was.
    package var words: String {
        switch self {
        case .first: "first plan"
        case .same: "unchanged"
        case .deadBand: "unchanged: the difference is within the dead band"
        case .slowDown: "unchanged: too much, but not for long enough to cut"
        case .notWorthIt: "unchanged: a change would cost more than it gains"
        case .raised: "raised: a guarantee or an unmet demand asks for it"
        case .lent: "raised: nobody else needs it"
        case .ceded: "cut: another component's claim comes first"
        case .released: "cut: too much for long enough"
        }
    }
}

extension ForecastSource {
    /// The predictor's name in prose.
    package var words: String {
        switch self {
        case .decayedPeak: "decayed peak"
        case .autoregressive: "autoregressive"
        case .combination: "combination"
        }
    }
}

extension Quantiles {
    /// The usual name of a quantile: `p99` for 0.99, `p99.9` for 0.999.
    package static func label(of quantile: Double) -> String {
        let tenths = Int((quantile * 1000).rounded())
        return tenths % 10 == 0 ? "p\(tenths / 10)" : "p\(tenths / 10).\(tenths % 10)"
    }
}
