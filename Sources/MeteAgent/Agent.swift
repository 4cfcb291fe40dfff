import Glibc
import MeteControl
import MeteModel
package import MetePolicy
package import MeteProtocol
import MeteStore
import MeteTrace

/// The agent: opens the kernel side, the journal and the socket, runs the loop on the calling thread until a signal, and puts
/// everything back.
package final class Agent {
    private let options: AgentOptions
    private let log: @Sendable (AgentEvent) -> Void
    private var source: PolicySource
    private let tracer: Tracer
    private let controller: CPUController?
    private let loop: ControlLoop
    private let state: PublishedState
    private var watch: PolicyWatch
    private var server: APIServer?
    private let recorder: AgentRecorder?
    private var reportedLosses: UInt64 = 0
    /// Whether mete times run-queue delays itself, instead of reading the kernel's.
    private let timesDelays: Bool
    private var hasToldOfDelays = false

    /// - Parameters:
    ///   - version: of the program, for reports.
    ///   - log: takes one line per event, on the loop's thread or the API's.
    /// - Throws: `PolicyErrors`, `TraceError`, `ControlError` or `APIServerError`; nothing is then left behind.
    package init(
        _ options: AgentOptions, context: PolicyContext, version: String, log: @escaping @Sendable (AgentEvent) -> Void
    ) throws {
        self.options = options
        self.log = log
        let hierarchies = CgroupHierarchies.discover()
        source = try PolicySource(
            path: options.policyFile, mustBeTrusted: options.control == .enforced, context: context,
            findings: options.control == .none ? nil : { ControlSupport.findings(hierarchies: hierarchies) })
        watch = PolicyWatch(hierarchies)
        let now = Instant(nanoseconds: TickClock.now())
        switch options.control {
        case .none:
            controller = nil
        case .rehearsed:
            controller = try .rehearsal(
                hierarchies: hierarchies, stateFolder: options.stateFolder,
                foreignHoldOff: source.policy.foreignHoldOff)
        case .enforced:
            let controller = try CPUController(
                hierarchies: hierarchies, stateFolder: options.stateFolder, foreignHoldOff: source.policy.foreignHoldOff
            )
            if let recovery = controller.recovery { log(.recovered(recovery)) }
            self.controller = controller
        }
        do {
            var probes = options.probes
            timesDelays = try !Self.kernelKeepsDelays(controller, at: now, log: log)
            probes.ownClock = timesDelays
            tracer = try Tracer(classifier: source.classifier, permanent: source.permanent, options: probes)
            for probe in tracer.probeStates where !probe.isAttached { log(.probeMissing(probe)) }
            if let recording = options.recording {
                // Guarantees are worth more than a recording of them.
                recorder = try AgentRecorder(
                    recording,
                    session: RecordedSession(
                        start: WallClock.nanoseconds(at: now), version: version, scope: tracer.scope,
                        caveats: TraceSupport.caveats(window: source.policy.tick, probes), interval: source.policy.tick),
                    mustOpen: options.control != .enforced, log: log)
            } else {
                recorder = nil
            }
            loop = ControlLoop(
                tracer: tracer, controller: controller, policy: source.policy,
                cpuController: hierarchies.cpu?.version == .v1 ? "cpu" : "", log: log)
            state = PublishedState(
                PublishedState.Circumstances(
                    version: version, pid: getpid(), startedAt: Self.wallClock(), startedAtInstant: now,
                    mode: options.control == .enforced ? .enforcing : .observing,
                    modeReason: options.control == .enforced ? "started with --enforce" : "started without --enforce",
                    policy: PolicyReport(file: source.path, loadedAt: Self.wallClock())))
            warn()
            if let socket = options.socket {
                server = try APIServer.start(socket: socket, state: state) { message in
                    log(.trouble(message))
                }
                log(.listening(socket))
            }
        } catch {
            // What failed first is what the operator has to know; that something could not be put back as well is in the log.
            do {
                if let controller { try Self.putBack(controller, log: log) }
            } catch {
                log(.failed(error))
            }
            throw error
        }
    }

    /// Runs until SIGINT or SIGTERM, or until `isOver` says so after a tick; then puts everything back.
    ///
    /// - Parameter onTick: sees every snapshot, on the loop's thread.
    /// - Throws: `TraceError` when the kernel side cannot be read any more; everything has been put back then as well. `ControlError` when
    ///   something could not be put back, whatever the loop ended with, which is in the log.
    package func run(until isOver: () -> Bool = { false }, onTick: (AgentSnapshot) throws -> Void = { _ in }) throws {
        do {
            try turn(until: isOver, onTick: onTick)
        } catch {
            let loopError = error
            do {
                try stop()
            } catch {
                log(.trouble("\(loopError)"))
                throw error
            }
            throw loopError
        }
        try stop()
    }

    private func turn(until isOver: () -> Bool, onTick: (AgentSnapshot) throws -> Void) throws {
        log(.started(components: source.policy.components.count, enforces: options.control == .enforced))
        var clock = TickClock()
        var reportedMissed: UInt64 = 0
        while true {
            switch clock.wait(tick: source.policy.tick) {
            case .stop:
                log(.stopping)
                return
            case .reload:
                reload()
            case .tick:
                if source.hasChanged() { reload() }
                if watch.isDue(at: TickClock.now()) { warn() }
                var snapshot = try loop.tick(missed: clock.missed)
                if let recorder {
                    recorder.take(
                        RecordedTick(
                            snapshot, disturbances: tracer.disturbances(), changes: tracer.processChanges()))
                    snapshot.recording = AgentSnapshot.Recording(recorder)
                }
                report(snapshot.window.losses)
                state.publish(snapshot)
                try onTick(snapshot)
                if clock.missed >= 2 * max(1, reportedMissed) {
                    reportedMissed = clock.missed
                    log(.ticksMissed(clock.missed))
                }
                if isOver() { return }
            }
        }
    }

    /// Each time that the number of records without room has doubled.
    private func report(_ losses: TraceLosses) {
        let count = losses.usageRecords + losses.eventRecords + losses.exitRecords
        guard count >= 2 * max(1, reportedLosses) else { return }
        reportedLosses = count
        log(.recordsLost(losses, ringBytes: options.probes.ringBytes))
    }

    /// What a rehearsal would have in force by the plan of `snapshot`, which must be the last one; nil before the first plan.
    package func rehearsal(_ snapshot: AgentSnapshot) -> RehearsalReport? {
        guard let controller, let plan = snapshot.plan else { return nil }
        var snapshot = snapshot
        snapshot.control = controller.status
        return state.rehearsal(snapshot, plan, writes: controller.plannedWrites)
    }

    // MARK: Policy

    private func reload() {
        do {
            try source.reload()
        } catch {
            return refuse(error)
        }
        tracer.reclassify(with: source.classifier, permanent: source.permanent)
        loop.adopt(source.policy)
        recorder?.adopt(
            tick: source.policy.tick, caveats: TraceSupport.caveats(window: source.policy.tick, tracer.options),
            at: WallClock.nanoseconds(at: Instant(nanoseconds: TickClock.now())))
        // Loading the policy again is how an operator says that it is to be in force, whoever wrote what since.
        controller?.takeBackYielded()
        state.setPolicy(PolicyReport(file: source.path, loadedAt: Self.wallClock()))
        watch.forgetWalk()
        warn()
        if let path = source.path {
            log(.policyLoaded(path: path, components: source.policy.components.count))
        }
        state.answerReloads(
            .loaded(ReloadReport(policy: state.policy, components: source.policy.components.map(\.id))))
    }

    /// Looks which of what the policy names is not there, and tells what is new.
    private func warn() {
        let look = watch.look(for: source.policy, file: source.path, at: TickClock.now())
        for warning in look.new { log(.policyWarning(warning)) }
        // Somebody may have switched it off since the start: without it no wait is seen, and so no breach.
        let misses = !timesDelays && DelayAccounting.current() != .kept ? [Self.delaysNotKept] : []
        if !hasToldOfDelays { for warning in misses { log(.policyWarning(warning)) } }
        hasToldOfDelays = !misses.isEmpty
        let all = look.all + misses
        var report = state.policy
        report.warnings = all.isEmpty ? nil : all
        state.setPolicy(report)
    }

    private static let delaysNotKept = PolicyProblem(
        file: DelayAccounting.sysctl, message: "switched off since mete began: waits for a CPU are not seen any more",
        remedy: "write 1 to it, or start mete again, which then times waits itself")

    private func refuse(_ errors: PolicyErrors) {
        log(.policyRefused(errors))
        let problems = errors.errors.map(PolicyProblem.init)
        var report = state.policy
        report.lastFailure = PolicyFailure(at: Self.wallClock(), problems: problems)
        state.setPolicy(report)
        state.answerReloads(.refused(problems))
    }

    // MARK: Start and stop

    /// Whether the kernel keeps run-queue delays; makes it, by way of the journal, where that takes a sysctl and mete may write.
    private static func kernelKeepsDelays(
        _ controller: CPUController?, at now: Instant, log: (AgentEvent) -> Void
    ) throws(ControlError) -> Bool {
        switch DelayAccounting.current() {
        case .kept: return true
        case .missing, .withSleep: return false
        case .off(let sysctl):
            guard let controller else { return false }
            let outcome = controller.hold(.file(sysctl), at: .text("1"), reason: .delayAccounting, now: now)
            for failure in outcome.failures { log(.failed(failure.error)) }
            return DelayAccounting.current() == .kept
        }
    }

    private func stop() throws(ControlError) {
        state.stop()
        server?.stop()
        // First, what others wait for: the settings.
        defer { recorder?.close() }
        if let controller { try Self.putBack(controller, log: log) }
    }

    /// - Throws: when something could not be put back; `mete restore` may finish it.
    private static func putBack(_ controller: CPUController, log: (AgentEvent) -> Void) throws(ControlError) {
        if controller.isRehearsal { return }
        let report = try controller.release()
        log(.restored(report))
        for step in report.steps { if case .failed(let error) = step.action { throw error } }
    }

    private static func wallClock() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension AgentSnapshot.Recording {
    init(_ recorder: AgentRecorder) {
        let status = recorder.status
        self.init(
            file: recorder.path, missingTicks: status.missing, waitingBytes: status.waitingBytes,
            problem: status.problem.map { "\($0)" })
    }
}
