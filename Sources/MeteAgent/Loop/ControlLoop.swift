package import MeteControl
package import MeteModel
import MetePartition
import MetePrediction
package import MeteTrace

/// One tick after the other through trace, predict, partition and control.
///
/// Holds what is remembered between ticks and hands it from step to step; the arithmetic is in the steps. Belongs to one thread.
package final class ControlLoop {
    private let tracer: Tracer
    /// Nil when only observing: there is then nothing that could write.
    private let controller: CPUController?
    private let log: (AgentEvent) -> Void
    private var policy: Policy
    private var states: [ComponentID: ComponentState] = [:]
    private var forecasters: ForecasterPool
    private var calls = CallForecasts()
    private var plan: PartitionPlan?
    /// Of the last tick.
    private var outcome: Outcome?
    private var controlStatus: [ComponentID: ComponentControlStatus] = [:]
    private var reportedFailures: [Setting: ControlError] = [:]
    private var reportedJournalError: ControlError?
    private var reportedShortfalls: Set<ComponentID> = []
    private var resources = ResourceUses()
    private var cost = CostMeter()
    private var tickCount: UInt64 = 0
    private let cpuController: String
    private let missingProbes: [KernelProbes.Probe]

    /// Ticks between two looks for components that are in no window any more.
    private static let absentTicksKept = 600
    /// Of a tick, at the most, for the stalls of components, once a second: a tenth.
    private static let stallShare: Nanoseconds = 10

    package init(
        tracer: Tracer, controller: CPUController?, policy: Policy, cpuController: String,
        log: @escaping (AgentEvent) -> Void
    ) {
        self.tracer = tracer
        missingProbes = tracer.probeStates.filter { !$0.isAttached }
        self.controller = controller
        self.policy = policy
        forecasters = ForecasterPool(tick: policy.tick)
        self.cpuController = cpuController
        self.log = log
    }

    /// Puts another policy in force from the next tick on.
    package func adopt(_ policy: Policy) {
        // A forecaster is made for the length of a tick; what it has learned of a component holds whatever its policy.
        if policy.tick != self.policy.tick {
            states = [:]
            forecasters = ForecasterPool(tick: policy.tick)
            calls.forgetAll()
        }
        self.policy = policy
        controller?.foreignHoldOff = policy.foreignHoldOff
    }

    /// Goes once through the loop.
    ///
    /// - Throws: `TraceError` when the kernel side cannot be read.
    package func tick(missed: UInt64) throws -> AgentSnapshot {
        tickCount += 1
        let window = try tracer.closeWindow()
        let now = window.samples.first?.end ?? Instant(nanoseconds: TickClock.now())
        let policies = window.samples.map { tracer.policy(of: $0.component) }
        let limit = Double(window.capacity.cpus)

        forecast(window.samples, limit: limit, at: now)
        for (sample, policy) in zip(window.samples, policies) { watch(sample, policy, at: now) }
        calls.observe(
            window.calls, start: window.samples.first?.start ?? now, end: now, cpus: window.capacity.cpus,
            tick: policy.tick)
        if tickCount % UInt64(Self.absentTicksKept) == 0 { forgetAbsent() }
        resources.observe(window.samples, latencies: tracer.latencies) {
            tracer.stalls(budget: policy.tick / Self.stallShare)
        }

        let partition = Partition(resource: .cpu, unit: policy.cpuUnit, stability: policy.stability)
        let claimants = zip(window.samples, policies).map { sample, policy in
            Claimant(
                cpuOf: policy, forecast: states[sample.component]?.forecast,
                measured: sample.demand(upTo: limit))
        }
        let plan = try partition.plan(capacity: window.capacity.cores, claimants: claimants, previous: plan)
        self.plan = plan
        report(plan.shortfalls)

        if let controller { try enforce(plan, policies, window, controller, at: now) }
        cost.measure(at: now)
        return snapshot(window, policies, at: now, missed: missed)
    }

    // MARK: Steps

    /// - Parameter limit: cores above which no demand can be met.
    private func forecast(_ samples: [UsageSample], limit: Double, at now: Instant) {
        for sample in samples {
            let component = sample.component
            let slot = states[component]?.slot ?? forecasters.add(ceiling: limit, name: component.name)
            if states[component] == nil { states[component] = ComponentState(slot: slot) }
            forecasters.gather(slot, demand: sample.demand(upTo: limit))
        }
        forecasters.step(at: now)
    }

    private func watch(_ sample: UsageSample, _ policy: ComponentPolicy, at now: Instant) {
        let component = sample.component
        guard let slot = states[component]?.slot else { return }
        let breach = states[component]?.observe(
            sample, guarantee: policy.cpu.guarantee, forecast: forecasters.forecast(slot, at: now), at: now)
        if let breach { log(.breached(component, explanation: breach)) }
    }

    private func enforce(
        _ plan: PartitionPlan, _ policies: [ComponentPolicy], _ window: TraceWindow, _ controller: CPUController,
        at now: Instant
    ) throws {
        let directives = zip(plan.allotments, policies).map { CPUDirective($0, policy: $1) }
        let memberships = tracer.memberships(of: plan.allotments.map(\.component), cpuController: cpuController)
        let outcome = controller.apply(
            directives: directives, memberships: memberships, capacity: window.capacity.cores,
            // A rehearsal does not act, so what components lack says nothing about its weights.
            corrections: controller.isRehearsal ? [:] : corrections, at: now)
        self.outcome = outcome
        for yield in outcome.yielded where yield.since == now { log(.yielded(yield)) }
        report(outcome)
        let ticksPerSecond = max(1, UInt64(Nanoseconds.perSecond / policy.tick))
        if tickCount % ticksPerSecond == 1 || ticksPerSecond == 1 { controlStatus = controller.status }
    }

    /// Factors of those that lacked some of their share; few do.
    private var corrections: [ComponentID: Double] {
        states.compactMapValues { $0.correction.factor > 1 ? $0.correction.factor : nil }
    }

    /// A failure is told once, and again after the setting could be written in between.
    private func report(_ outcome: Outcome) {
        for applied in outcome.applied { reportedFailures[applied.write.setting] = nil }
        for setting in outcome.gone { reportedFailures[setting] = nil }
        for failure in outcome.failures where reportedFailures[failure.write.setting] != failure.error {
            reportedFailures[failure.write.setting] = failure.error
            log(.failed(failure.error))
        }
        if let error = outcome.journalError, error != reportedJournalError { log(.failed(error)) }
        reportedJournalError = outcome.journalError
    }

    private func report(_ shortfalls: [Shortfall]) {
        let components = Set(shortfalls.map(\.component))
        for shortfall in shortfalls where !reportedShortfalls.contains(shortfall.component) {
            log(.shortfall(shortfall))
        }
        reportedShortfalls = components
    }

    private func forgetAbsent() {
        for state in states.values where !state.isPresent { forecasters.remove(state.slot) }
        states = states.filter { $0.value.isPresent }
        for component in states.keys { states[component]?.isPresent = false }
    }

    private func snapshot(
        _ window: TraceWindow, _ policies: [ComponentPolicy], at now: Instant, missed: UInt64
    ) -> AgentSnapshot {
        let components = zip(window.samples, policies).map { sample, policy in
            let state = states[sample.component]
            return AgentSnapshot.Component(
                policy: policy, forecast: state?.forecast,
                verdict: state?.verdict ?? GuaranteeWatch.Verdict(state: .idle, entitled: 0, got: 0, demand: 0),
                breaches: state?.watch.breaches ?? 0, lastBreach: state?.lastBreach,
                resources: resources.told[sample.component])
        }
        return AgentSnapshot(
            tick: tickCount, missedTicks: missed, at: now, tickLength: policy.tick, window: window,
            traced: tracer.options, missingProbes: missingProbes, componentSlots: tracer.componentSlots,
            machineStalls: resources.machineStalls, plan: plan, components: components,
            calls: calls.snapshot(at: now),
            callsBeyond: calls.beyond.count, control: controlStatus, cost: cost.cost, outcome: outcome,
            journalError: reportedJournalError,
            endsSecond: resources.isNew)
    }
}
