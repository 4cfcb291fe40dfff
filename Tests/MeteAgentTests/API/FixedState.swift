import MeteAgent
import MeteModel
import MeteProtocol
import Synchronization

/// An agent that shows what a test gave it.
final class FixedState: AgentState {
    struct Values: Sendable {
        var status: StatusReport?
        var plan: PlanReport?
        var health = HealthReport(healthy: true, mode: .enforcing, ticks: 7, lastTickAgeSeconds: 0.05)
        var reload = ReloadOutcome.refused([])
    }

    private let values: Mutex<Values>
    private let beforeReload: @Sendable () async -> Void

    init(_ values: Values = Values(), beforeReload: @escaping @Sendable () async -> Void = {}) {
        self.values = Mutex(values)
        self.beforeReload = beforeReload
    }

    func status() -> StatusReport? { values.withLock(\.status) }
    func plan() -> PlanReport? { values.withLock(\.plan) }
    func health() -> HealthReport { values.withLock(\.health) }

    func reload() async -> ReloadOutcome {
        await beforeReload()
        return values.withLock(\.reload)
    }
}

extension StatusReport {
    /// A report with `count` components.
    static func sample(components count: Int = 2) -> StatusReport {
        StatusReport(
            agent: AgentReport(
                version: "0.1.0", pid: 42, startedAt: 1_790_000_000, upSeconds: 60, tickSeconds: 0.1, ticks: 600,
                mode: .enforcing, modeReason: "--enforce was given",
                policy: PolicyReport(file: "/etc/mete/policy.yaml", loadedAt: 1_790_000_000)),
            capacity: CapacityReport(cores: 2, steal: 0.05, plannable: 1.9),
            losses: [LossReport(kind: "ringBufferDrops", count: 0, meaning: "a record; resolution, not usage")],
            cost: CostReport(cpu: 0.004, residentBytes: 20 << 20),
            components: (0..<count).map { index in
                ComponentReport(
                    id: ComponentID("component-\(index)"), class: .latency, priority: 100, processes: 1, threads: 4,
                    usage: 0.25, demand: 0.5, enforcement: EnforcementReport(mode: .shared),
                    guarantee: GuaranteeReport(amount: 0.5, state: .met))
            })
    }
}
