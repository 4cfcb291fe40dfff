/// How many ticks ahead a network forecasts.
package enum NetworkHorizon: Int, CaseIterable, Sendable {
    case one = 1
    case ten = 10
    case hundred = 100

    /// The head that forecasts it.
    var head: Int32 {
        switch self {
        case .one: 0
        case .ten: 1
        case .hundred: 2
        }
    }
}
