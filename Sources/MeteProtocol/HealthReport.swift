/// Whether the agent does its work, for supervisors and probes.
package struct HealthReport: Equatable, Sendable, Codable {
    package var healthy: Bool
    package var mode: AgentMode
    package var ticks: UInt64
    /// Time since the last tick ended.
    package var lastTickAgeSeconds: Double
    /// What is wrong, in words; empty when healthy.
    package var problems: [String]

    package init(healthy: Bool, mode: AgentMode, ticks: UInt64, lastTickAgeSeconds: Double, problems: [String] = []) {
        self.healthy = healthy
        self.mode = mode
        self.ticks = ticks
        self.lastTickAgeSeconds = lastTickAgeSeconds
        self.problems = problems
    }
}
