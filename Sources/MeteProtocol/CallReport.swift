package import MeteModel

/// The calls of one function by one component: how many, how many threads are inside, and what is expected of both.
package struct CallReport: Equatable, Sendable, Codable {
    package var component: ComponentID
    /// E.g. `libz:deflate`.
    package var function: String
    /// In the last window.
    package var callsPerSecond: Double
    /// Threads inside, on average over the last window.
    package var inside: Double
    /// In calls a second; absent until there is one.
    package var callsForecast: ForecastReport?
    /// In threads; absent until there is one.
    package var insideForecast: ForecastReport?

    package init(
        component: ComponentID, function: String, callsPerSecond: Double, inside: Double,
        callsForecast: ForecastReport? = nil, insideForecast: ForecastReport? = nil
    ) {
        self.component = component
        self.function = function
        self.callsPerSecond = callsPerSecond
        self.inside = inside
        self.callsForecast = callsForecast
        self.insideForecast = insideForecast
    }
}
