/// What is wrong with a measured demand that was not taken in.
package enum SampleFault: Error, Equatable, Sendable, Codable, CustomStringConvertible {
    /// Nothing was measured in this tick.
    case missing
    case notANumber
    case infinite
    case negative(Double)
    /// More than the machine could have delivered.
    case aboveCeiling(Double, ceiling: Double)

    /// Of no later tick than one that was taken in before.
    case stale

    package var description: String {
        switch self {
        case .missing: "missing"
        case .stale: "of an earlier tick"
        case .notANumber: "not a number"
        case .infinite: "infinite"
        case .negative(let demand): "negative (\(demand.brief))"
        case .aboveCeiling(let demand, let ceiling): "\(demand.brief), above the ceiling of \(ceiling.brief)"
        }
    }
}
