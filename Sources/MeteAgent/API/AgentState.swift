package import MeteProtocol

/// What the API shows of the agent and may ask of it.
///
/// All of it is called on the API's own thread, never on the loop's, and only when somebody asks: an implementation
/// keeps the loop's latest values under a mutex and makes the report from them here, so that a tick pays for nothing but
/// the hand-over. Nothing here may block: a call that waits holds up every other answer.
package protocol AgentState: Sendable {
    /// Nil until the first tick is over.
    func status() -> StatusReport?
    /// Nil until there is a plan.
    func plan() -> PlanReport?
    func health() -> HealthReport
    /// Loads the policy file again; the one in force stays when it is refused.
    func reload() async -> ReloadOutcome
}

/// What became of a request to load the policy again.
package enum ReloadOutcome: Equatable, Sendable {
    case loaded(ReloadReport)
    case refused([PolicyProblem])
}
