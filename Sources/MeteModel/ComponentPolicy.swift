/// How a component's CPU allotment is put in force.
package enum CPUMode: String, Hashable, CaseIterable, Sendable, Codable {
    /// A weight from the allotment, and a cap only where a maximum is set. Work-conserving.
    case shared
    /// SCHED_DEADLINE for the hot threads. A floor and, without reclaim, a ceiling as well.
    case reserved
}

/// What the policy says of one component's CPU. Amounts in cores.
package struct CPUPolicy: Equatable, Sendable, Codable {
    /// The minimum the component gets whenever it wants it.
    package var guarantee: Double = 0
    /// The most it may get, or nil for all there is.
    package var maximum: Double?
    package var mode: CPUMode = .shared
    /// Latency target; the period of its reservations.
    package var latency: Nanoseconds?
    /// Whether its reservations may take unreserved time as well (SCHED_FLAG_RECLAIM); it can starve everyone else.
    package var reclaim = false
    /// Whether the policy is to be accepted, as `shared`, where this mode is not supported.
    package var modeIsOptional = false

    package init() {}
}

/// What the policy says of one component.
package struct ComponentPolicy: Equatable, Sendable {
    package var id: ComponentID
    /// Any of these must hold. Empty for `rest`.
    package var match: [MatchClause] = []
    /// Whether each matching cgroup is a component of its own, named `id/CGROUP`.
    package var isTemplate = false
    package var `class` = ComponentClass.throughput
    /// Tier: higher is served earlier.
    package var priority = ComponentClass.throughput.defaultPriority
    /// Share inside a tier and of what is left over.
    package var weight = 1.0
    /// Whether mete may put its processes into a cgroup of mete's own.
    package var mayMove = false
    package var cpu = CPUPolicy()
    /// Line of the policy file where the component starts, from 1; 0 for components found by discovery.
    package var line = 0
    /// Its place among the entries of its file, e.g. `components[2]`; empty for one that no file names.
    package var field = ""

    package init(id: ComponentID) {
        self.id = id
    }
}
