/// Whether a component gets what it was promised.
package struct GuaranteeReport: Equatable, Sendable, Codable {
    /// Cores promised; 0 for a component without a guarantee.
    package var amount: Double
    package var state: GuaranteeState
    /// Breaches since the agent's start.
    package var breaches: UInt64
    package var lastBreach: BreachReport?

    package init(amount: Double, state: GuaranteeState, breaches: UInt64 = 0, lastBreach: BreachReport? = nil) {
        self.amount = amount
        self.state = state
        self.breaches = breaches
        self.lastBreach = lastBreach
    }
}

/// How a guarantee stood over the last second.
package enum GuaranteeState: String, Equatable, CaseIterable, Sendable, Codable {
    /// The component got at least min(demand, guarantee).
    case met
    /// It asked for nothing.
    case idle
    /// It was runnable and got less than its guarantee.
    case breached
}

/// A second in which a runnable component got less than its guarantee.
package struct BreachReport: Equatable, Sendable, Codable {
    package var at: Double
    /// Who or what stood in its way.
    package var explanation: String

    package init(at: Double, explanation: String) {
        self.at = at
        self.explanation = explanation
    }
}
