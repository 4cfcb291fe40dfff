import Glibc
import MeteControl
import MeteModel
package import MeteProtocol
import MeteTrace
import Synchronization

/// What the loop hands to the API: its last snapshot, and the way back for requests.
///
/// The loop puts a snapshot in and goes on; reports are made from it on the API's thread, when somebody asks.
package final class PublishedState: AgentState {
    /// What does not change from tick to tick, or only when a policy is loaded.
    struct Circumstances {
        var version: String
        var pid: Int32
        var startedAt: Double
        var startedAtInstant: Instant
        var mode: AgentMode
        var modeReason: String
        var policy: PolicyReport
    }

    private struct State {
        var circumstances: Circumstances
        var snapshot: AgentSnapshot?
        var reloadRequests: [CheckedContinuation<ReloadOutcome, Never>] = []
        var isStopped = false
    }

    private let state: Mutex<State>

    init(_ circumstances: Circumstances) {
        state = Mutex(State(circumstances: circumstances))
    }

    // MARK: The loop's side

    package func publish(_ snapshot: AgentSnapshot) {
        state.withLock { $0.snapshot = snapshot }
    }

    func setPolicy(_ report: PolicyReport) {
        state.withLock { $0.circumstances.policy = report }
    }

    var policy: PolicyReport { state.withLock { $0.circumstances.policy } }

    /// Answers everybody who waits for the policy to be loaded again.
    func answerReloads(_ outcome: ReloadOutcome) {
        let waiting = state.withLock { state in
            defer { state.reloadRequests = [] }
            return state.reloadRequests
        }
        for request in waiting { request.resume(returning: outcome) }
    }

    /// Refuses requests from now on, and those that wait.
    func stop() {
        state.withLock { $0.isStopped = true }
        answerReloads(.refused([Self.stopping]))
    }

    // MARK: The API's side

    package func status() -> StatusReport? {
        let (circumstances, snapshot) = state.withLock { ($0.circumstances, $0.snapshot) }
        return snapshot.map { StatusReport($0, circumstances) }
    }

    package func plan() -> PlanReport? {
        let (circumstances, snapshot) = state.withLock { ($0.circumstances, $0.snapshot) }
        guard let snapshot, let plan = snapshot.plan else { return nil }
        return PlanReport(
            tick: snapshot.tick, madeAt: circumstances.wallClock(at: snapshot.at),
            resources: [ResourcePlanReport(plan)])
    }

    /// Made on the loop's thread: nobody asks a rehearsal by the API.
    func rehearsal(_ snapshot: AgentSnapshot, _ plan: PartitionPlan, writes: [PlannedWrite]) -> RehearsalReport {
        RehearsalReport(snapshot, plan, writes, state.withLock { $0.circumstances })
    }

    package func health() -> HealthReport {
        let (circumstances, snapshot) = state.withLock { ($0.circumstances, $0.snapshot) }
        let now = Instant(nanoseconds: TickClock.now())
        let last = snapshot?.at ?? circumstances.startedAtInstant
        let age = now - last
        var problems: [String] = []
        let tick = snapshot?.tickLength ?? 100 * .perMillisecond
        if age > max(10 * tick, .perSecond) {
            problems.append("the last tick was \(age.seconds.brief) s ago, ticks are \(tick.seconds.brief) s apart")
        }
        if let failure = circumstances.policy.lastFailure {
            problems.append("the policy file was refused: \(failure.problems.first?.text ?? "")")
        }
        if let error = snapshot?.journalError { problems.append("nothing new is put in force: \(error)") }
        return HealthReport(
            healthy: problems.isEmpty, mode: circumstances.mode, ticks: snapshot?.tick ?? 0,
            lastTickAgeSeconds: age.seconds, problems: problems)
    }

    package func reload() async -> ReloadOutcome {
        await withCheckedContinuation { continuation in
            let isStopped = state.withLock { state in
                if !state.isStopped { state.reloadRequests.append(continuation) }
                return state.isStopped
            }
            guard !isStopped else { return continuation.resume(returning: .refused([Self.stopping])) }
            // The loop takes it as it takes an operator's.
            kill(getpid(), SIGHUP)
        }
    }

    private static let stopping = PolicyProblem(
        file: "agent", message: "the agent is stopping", remedy: "ask again once it runs")
}

extension PublishedState.Circumstances {
    /// Seconds since the epoch at an instant of the monotonic clock.
    func wallClock(at instant: Instant) -> Double {
        startedAt + (instant - startedAtInstant).seconds
    }
}
