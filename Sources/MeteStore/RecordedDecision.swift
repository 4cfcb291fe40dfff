package import MeteModel

/// What the agent expected of one component in one tick, what it allotted to it and why, and what came of it.
package struct RecordedDecision: Equatable, Sendable {
    package struct Forecast: Equatable, Sendable {
        /// Cores.
        package var demand: Quantiles
        package var source: ForecastSource
        /// Why it comes from there, in words.
        package var reason: String

        package init(demand: Quantiles, source: ForecastSource, reason: String) {
            self.demand = demand
            self.source = source
            self.reason = reason
        }
    }

    package struct Allotment: Equatable, Sendable {
        package var units: Int
        /// Cores.
        package var amount: Double
        /// The claims that it was granted on; they sum to the amount.
        package var grants: [Grant]
        package var change: Change
        /// The demand that was planned for.
        package var plannedDemand: Double

        package init(units: Int, amount: Double, grants: [Grant], change: Change, plannedDemand: Double) {
            self.units = units
            self.amount = amount
            self.grants = grants
            self.change = change
            self.plannedDemand = plannedDemand
        }
    }

    /// One setting of the kernel.
    package struct Write: Equatable, Sendable {
        package enum Result: Int, Sendable {
            case written = 0
            /// The kernel did not take it; the note says why.
            case refused = 1
            /// Left to another writer, whose value the note names.
            case yielded = 2
            /// Taken back, because something of the same scope was refused.
            case takenBack = 3
        }

        package var setting: String
        package var value: String
        package var result: Result
        package var note: String

        package init(setting: String, value: String, result: Result, note: String = "") {
            self.setting = setting
            self.value = value
            self.result = result
            self.note = note
        }
    }

    /// Nil for what is not of one component.
    package var component: ComponentID?
    /// Nanoseconds since 1970 at which the window ended that it was decided on.
    package var end: Int64
    package var forecast: Forecast?
    package var allotment: Allotment?
    package var writes: [Write]
    /// Why the guarantee did not hold; nil where it did.
    package var breach: String?

    package init(
        component: ComponentID?, end: Int64, forecast: Forecast? = nil, allotment: Allotment? = nil,
        writes: [Write] = [], breach: String? = nil
    ) {
        self.component = component
        self.end = end
        self.forecast = forecast
        self.allotment = allotment
        self.writes = writes
        self.breach = breach
    }
}
