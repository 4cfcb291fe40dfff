package import MeteModel

/// The policy that a reload put in force.
package struct ReloadReport: Equatable, Sendable, Codable {
    package var policy: PolicyReport
    /// The components that it names, in its order.
    package var components: [ComponentID]

    package init(policy: PolicyReport, components: [ComponentID]) {
        self.policy = policy
        self.components = components
    }
}
