/// What there is to share, in cores.
package struct CapacityReport: Equatable, Sendable, Codable {
    /// CPUs online.
    package var cores: Double
    /// What the hypervisor gave to others in the last window, averaged.
    package var steal: Double
    /// What the plan shares out: the cores without steal and interrupts.
    package var plannable: Double

    package init(cores: Double, steal: Double, plannable: Double) {
        self.cores = cores
        self.steal = steal
        self.plannable = plannable
    }
}
