package import MeteModel

/// The latest plan, with the reason of every number in it.
package struct PlanReport: Equatable, Sendable, Codable {
    /// The tick that made it, counted from the agent's start.
    package var tick: UInt64
    package var madeAt: Double
    package var resources: [ResourcePlanReport]

    package init(tick: UInt64, madeAt: Double, resources: [ResourcePlanReport]) {
        self.tick = tick
        self.madeAt = madeAt
        self.resources = resources
    }
}

/// The plan for one resource; amounts are in its measure.
package struct ResourcePlanReport: Equatable, Sendable, Codable {
    package var resource: Resource
    package var capacity: Double
    /// Size of a unit.
    package var unit: Double
    /// Ordered by component.
    package var allotments: [PlannedAllotment]
    /// Guarantees that the capacity of the moment cannot hold.
    package var shortfalls: [Shortfall]

    package init(_ plan: PartitionPlan) {
        resource = plan.resource
        capacity = plan.capacity
        unit = plan.unit
        allotments = plan.allotments.map {
            PlannedAllotment(component: $0.component, allotment: AllotmentReport($0))
        }
        shortfalls = plan.shortfalls
    }
}

/// An allotment and whose it is.
package struct PlannedAllotment: Equatable, Sendable, Codable {
    package var component: ComponentID
    package var allotment: AllotmentReport

    package init(component: ComponentID, allotment: AllotmentReport) {
        self.component = component
        self.allotment = allotment
    }
}
