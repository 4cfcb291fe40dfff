package import MeteModel

/// What a component's learned networks forecast after a tick; nil where there is none, or where it knows too little.
package struct NetworkForecasts: Sendable {
    private var lstm: (Quantiles?, Quantiles?, Quantiles?) = (nil, nil, nil)
    private var attention: (Quantiles?, Quantiles?, Quantiles?) = (nil, nil, nil)

    package init() {}

    package subscript(architecture: NetworkSettings.Architecture, horizon: NetworkHorizon) -> Quantiles? {
        get {
            let all = architecture == .lstm ? lstm : attention
            return switch horizon {
            case .one: all.0
            case .ten: all.1
            case .hundred: all.2
            }
        }
        set {
            var all = architecture == .lstm ? lstm : attention
            switch horizon {
            case .one: all.0 = newValue
            case .ten: all.1 = newValue
            case .hundred: all.2 = newValue
            }
            if architecture == .lstm { lstm = all } else { attention = all }
        }
    }
}

/// The same for one horizon, in a forecaster's unit.
struct NetworkBounds: Sendable {
    var lstm: SIMD4<Float>?
    var attention: SIMD4<Float>?
}
