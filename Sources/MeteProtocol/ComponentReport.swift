package import MeteModel

/// One component: what it uses, what it is expected to want, what it was given and why, and what is in force.
package struct ComponentReport: Equatable, Sendable, Codable {
    package var id: ComponentID
    package var `class`: ComponentClass
    package var priority: Int
    package var processes: Int
    package var threads: Int
    /// Cores consumed in the last window.
    package var usage: Double
    /// Cores that it would have consumed in the last window had nobody stood in its way.
    package var demand: Double
    /// Absent until there is one.
    package var forecast: ForecastReport?
    /// Absent until the first plan.
    package var allotment: AllotmentReport?
    package var enforcement: EnforcementReport
    package var guarantee: GuaranteeReport
    /// Absent for the first second.
    package var resources: ResourceReport?

    package init(
        id: ComponentID, class: ComponentClass, priority: Int, processes: Int, threads: Int, usage: Double,
        demand: Double, forecast: ForecastReport? = nil, allotment: AllotmentReport? = nil,
        enforcement: EnforcementReport, guarantee: GuaranteeReport, resources: ResourceReport? = nil
    ) {
        self.id = id
        self.class = `class`
        self.priority = priority
        self.processes = processes
        self.threads = threads
        self.usage = usage
        self.demand = demand
        self.forecast = forecast
        self.allotment = allotment
        self.enforcement = enforcement
        self.guarantee = guarantee
        self.resources = resources
    }
}
