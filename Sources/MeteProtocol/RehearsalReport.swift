package import MeteModel

/// What the agent would do here: its plan, and the writes that would put it in force.
///
/// Components are reported as a status reports them; their `enforcement` is what would be in force.
package struct RehearsalReport: Equatable, Sendable, Codable {
    /// The tick that made the plan, counted from the start of measuring.
    package var tick: UInt64
    package var madeAt: Double
    package var policy: PolicyReport
    package var capacity: CapacityReport
    /// Size of a unit, in cores.
    package var unit: Double
    /// Ordered by id.
    package var components: [ComponentReport]
    /// Guarantees that the capacity of the moment cannot hold.
    package var shortfalls: [Shortfall]
    /// In the order in which they would be made; settings that stand as wanted are not among them.
    package var writes: [WriteReport]

    package init(
        tick: UInt64, madeAt: Double, policy: PolicyReport, capacity: CapacityReport, unit: Double,
        components: [ComponentReport], shortfalls: [Shortfall], writes: [WriteReport]
    ) {
        self.tick = tick
        self.madeAt = madeAt
        self.policy = policy
        self.capacity = capacity
        self.unit = unit
        self.components = components
        self.shortfalls = shortfalls
        self.writes = writes
    }
}

/// One setting that would be changed.
package struct WriteReport: Equatable, Sendable, Codable {
    /// Whom it serves; absent for what several components share.
    package var component: ComponentID?
    /// File, or thread and attribute.
    package var setting: String
    /// What stands there now; in a group that is yet to be made, what the kernel puts there.
    package var standing: String
    /// What mete would write.
    package var planned: String
    /// Why, in words.
    package var reason: String

    package init(component: ComponentID? = nil, setting: String, standing: String, planned: String, reason: String) {
        self.component = component
        self.setting = setting
        self.standing = standing
        self.planned = planned
        self.reason = reason
    }
}
