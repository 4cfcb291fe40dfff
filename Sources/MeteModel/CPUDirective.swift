/// What is to be in force for one component's CPU: the plan's number with the policy's way of enforcing it.
package struct CPUDirective: Equatable, Sendable {
    package var component: ComponentID
    /// Cores allotted.
    package var allotment: Double
    /// Cores that the component needs at its planning quantile; sizes reservations.
    package var plannedDemand: Double
    /// Cores that it is to get whenever it wants them, whatever is allotted now: weights and reservations lend by themselves what
    /// is not used, so they stand at the guarantee even while the plan lends it, and it is back at once.
    package var guarantee: Double
    /// Whether somebody waits for its answers: it is then served first for as long as it asks for no more than its share.
    package var isLatencySensitive: Bool
    package var mode: CPUMode
    /// Cap in cores, or nil for none.
    package var maximum: Double?
    /// Period of reservations.
    package var period: Nanoseconds
    package var reclaim: Bool
    package var mayMove: Bool

    package init(
        component: ComponentID, allotment: Double, plannedDemand: Double, guarantee: Double = 0,
        isLatencySensitive: Bool = false, mode: CPUMode, maximum: Double?, period: Nanoseconds, reclaim: Bool,
        mayMove: Bool
    ) {
        self.component = component
        self.allotment = allotment
        self.plannedDemand = plannedDemand
        self.guarantee = guarantee
        self.isLatencySensitive = isLatencySensitive
        self.mode = mode
        self.maximum = maximum
        self.period = period
        self.reclaim = reclaim
        self.mayMove = mayMove
    }

    /// A component's allotment, enforced as its policy says. A reservation without a latency target has the default period.
    package init(_ allotment: Allotment, policy: ComponentPolicy) {
        self.init(
            component: allotment.component, allotment: allotment.amount, plannedDemand: allotment.plannedDemand,
            guarantee: policy.cpu.guarantee, isLatencySensitive: policy.class == .latency,
            mode: policy.cpu.mode, maximum: policy.cpu.maximum, period: policy.cpu.latency ?? Self.defaultPeriod,
            reclaim: policy.cpu.reclaim, mayMove: policy.mayMove)
    }

    /// Period of a reservation whose policy names no latency target.
    package static let defaultPeriod: Nanoseconds = .perMillisecond
}
