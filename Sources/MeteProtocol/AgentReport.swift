/// The agent that answers.
package struct AgentReport: Equatable, Sendable, Codable {
    package var version: String
    package var pid: Int32
    package var startedAt: Double
    package var upSeconds: Double
    package var tickSeconds: Double
    /// Ticks since the start.
    package var ticks: UInt64
    package var mode: AgentMode
    /// Why it is in this mode, e.g. `--enforce was not given`.
    package var modeReason: String
    package var policy: PolicyReport

    package init(
        version: String, pid: Int32, startedAt: Double, upSeconds: Double, tickSeconds: Double, ticks: UInt64,
        mode: AgentMode, modeReason: String, policy: PolicyReport
    ) {
        self.version = version
        self.pid = pid
        self.startedAt = startedAt
        self.upSeconds = upSeconds
        self.tickSeconds = tickSeconds
        self.ticks = ticks
        self.mode = mode
        self.modeReason = modeReason
        self.policy = policy
    }
}

/// Whether the agent puts its plans in force.
package enum AgentMode: String, Equatable, CaseIterable, Sendable, Codable {
    /// Plans are put in force.
    case enforcing
    /// Plans are made and shown; nothing is written.
    case observing
    /// Something went wrong; every setting was put back and nothing more is written.
    case safe
}
