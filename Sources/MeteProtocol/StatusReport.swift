/// Everything that `mete status` shows, as of the end of the last tick.
package struct StatusReport: Equatable, Sendable, Codable {
    package var agent: AgentReport
    package var capacity: CapacityReport
    /// Absent where an agent does not say.
    package var tracing: TracingReport?
    /// Of the machine; absent for the first two seconds, and where the kernel does not say.
    package var stalls: StallReport?
    /// Every kind of loss that the agent can have, those that did not happen included.
    package var losses: [LossReport]
    package var cost: CostReport
    /// Ordered by id.
    package var components: [ComponentReport]
    /// Ordered by component and function, those that were called; absent where no calls are counted.
    package var calls: [CallReport]?
    /// How many of them are not forecast, because as many are as the agent may; absent for none.
    package var callsNotForecast: Int?
    /// Absent where none was asked for.
    package var recording: RecordingReport?

    package init(
        agent: AgentReport, capacity: CapacityReport, tracing: TracingReport? = nil, stalls: StallReport? = nil,
        losses: [LossReport], cost: CostReport,
        components: [ComponentReport], calls: [CallReport]? = nil, callsNotForecast: Int? = nil,
        recording: RecordingReport? = nil
    ) {
        self.agent = agent
        self.capacity = capacity
        self.tracing = tracing
        self.stalls = stalls
        self.losses = losses
        self.cost = cost
        self.components = components
        self.calls = calls
        self.callsNotForecast = callsNotForecast
        self.recording = recording
    }
}
