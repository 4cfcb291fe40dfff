import MeteControl
import MeteModel
import MetePartition
import MeteProtocol
import MeteTrace

extension StatusReport {
    init(_ snapshot: AgentSnapshot, _ circumstances: PublishedState.Circumstances) {
        self.init(
            agent: AgentReport(
                version: circumstances.version, pid: circumstances.pid, startedAt: circumstances.startedAt,
                upSeconds: (snapshot.at - circumstances.startedAtInstant).seconds,
                tickSeconds: snapshot.tickLength.seconds, ticks: snapshot.tick, mode: circumstances.mode,
                modeReason: circumstances.modeReason, policy: circumstances.policy),
            capacity: CapacityReport(snapshot.window.capacity),
            tracing: TracingReport(snapshot),
            stalls: snapshot.machineStalls.map { StallReport($0.stalls, length: $0.length) },
            losses: LossReport.all(snapshot),
            cost: CostReport(cpu: snapshot.cost.cores, residentBytes: snapshot.cost.residentBytes),
            components: ComponentReport.all(snapshot, circumstances),
            calls: snapshot.traced.functions.isEmpty ? nil : snapshot.calls.map { CallReport($0, at: snapshot.at) },
            callsNotForecast: snapshot.callsBeyond > 0 ? snapshot.callsBeyond : nil,
            recording: snapshot.recording.map {
                RecordingReport(
                    file: $0.file, missingTicks: $0.missingTicks, waitingBytes: $0.waitingBytes, problem: $0.problem)
            })
    }
}

extension TracingReport {
    init(_ snapshot: AgentSnapshot) {
        let traced = snapshot.traced
        let parts = [
            ("cpu", true), ("disk", traced.disk), ("network", traced.network), ("memory", traced.memory),
            ("calls", !traced.functions.isEmpty),
        ]
        self.init(
            traced: parts.filter(\.1).map(\.0),
            missingProbes: snapshot.missingProbes.map { MissingProbe(name: $0.name, tracepoint: $0.tracepoint) },
            componentSlots: snapshot.componentSlots,
            componentsWithoutSlot: snapshot.window.componentsWithoutSlot > 0
                ? snapshot.window.componentsWithoutSlot : nil,
            slotLimit: snapshot.window.limit)
    }
}

extension CallReport {
    init(_ call: AgentSnapshot.Call, at now: Instant) {
        self.init(
            component: call.sample.component, function: call.sample.function,
            callsPerSecond: call.sample.callsPerSecond, inside: call.sample.inside,
            callsForecast: call.calls.map { ForecastReport($0, now: now) },
            insideForecast: call.inside.map { ForecastReport($0, now: now) })
    }
}

extension CapacityReport {
    init(_ reading: CapacityReading) {
        self.init(cores: Double(reading.cpus), steal: reading.steal, plannable: reading.cores)
    }
}

extension ComponentReport {
    /// One per sample of the window, in its order.
    static func all(_ snapshot: AgentSnapshot, _ circumstances: PublishedState.Circumstances) -> [ComponentReport] {
        let allotments = Dictionary(
            (snapshot.plan?.allotments ?? []).map { ($0.component, $0) }, uniquingKeysWith: { _, last in last })
        return zip(snapshot.window.samples, snapshot.components).map { sample, component in
            ComponentReport(
                sample, component, allotments[sample.component], snapshot.control[sample.component],
                at: snapshot.at, snapshot.traced, circumstances)
        }
    }

    private init(
        _ sample: UsageSample, _ component: AgentSnapshot.Component, _ allotment: Allotment?,
        _ control: ComponentControlStatus?, at now: Instant, _ traced: KernelProbes.Options,
        _ circumstances: PublishedState.Circumstances
    ) {
        self.init(
            id: sample.component, class: component.policy.class, priority: component.policy.priority,
            processes: sample.processes, threads: sample.threads, usage: sample.usage, demand: sample.demand,
            forecast: component.forecast.map { ForecastReport($0, now: now) },
            allotment: allotment.map(AllotmentReport.init),
            enforcement: EnforcementReport(control, wanted: component.policy.cpu.mode),
            guarantee: GuaranteeReport(
                amount: component.policy.cpu.guarantee, state: GuaranteeState(component.verdict.state),
                breaches: component.breaches,
                lastBreach: component.lastBreach.map {
                    BreachReport(at: circumstances.wallClock(at: $0.at), explanation: $0.explanation)
                }),
            resources: component.resources.map { ResourceReport($0, traced) })
    }
}

extension GuaranteeState {
    init(_ state: GuaranteeWatch.State) {
        switch state {
        case .idle: self = .idle
        case .met: self = .met
        case .breached: self = .breached
        }
    }
}

extension EnforcementReport {
    /// Nothing is in force for a component that control has not seen.
    init(_ control: ComponentControlStatus?, wanted: CPUMode) {
        guard let control else {
            self.init(wantedMode: wanted)
            return
        }
        self.init(
            mode: control.isInForce ? control.mode : nil, wantedMode: wanted, cgroups: control.weights.keys.sorted(),
            reservations: control.reservations.map {
                ReservationReport(
                    tid: $0.thread.tid, name: $0.name, runtimeNanoseconds: $0.runtime, periodNanoseconds: $0.period)
            },
            sharedThreads: control.sharedThreads.map {
                SharedThread(tid: $0.thread.tid, name: $0.name, reason: $0.reason)
            },
            shortSlices: control.shortSlices,
            yielded: control.yielded.map {
                YieldedSetting(
                    path: $0.setting.description, ours: $0.left.description, standing: $0.found.description)
            },
            notes: control.notes
                + control.reservations.flatMap { reservation in
                    reservation.reasons.map { "thread \(reservation.thread.tid): \($0)" }
                })
    }
}

extension ComponentControlStatus {
    /// Whether anything of the component's plan is in the kernel.
    var isInForce: Bool { !weights.isEmpty || !reservations.isEmpty || !shortSlices.isEmpty }
}

extension LossReport {
    /// Of every kind that there can be where so much is traced.
    static func all(_ snapshot: AgentSnapshot) -> [LossReport] {
        let losses = snapshot.window.losses
        var reports = LossKind.all.filter { snapshot.traced.canHave($0.origin) }.map {
            LossReport(kind: $0.name, count: losses[keyPath: $0.count], meaning: $0.meaning)
        }
        reports.append(
            LossReport(kind: "ticks", count: snapshot.missedTicks, meaning: "the loop was not run in time"))
        if let recording = snapshot.recording {
            reports.append(
                LossReport(
                    kind: "unrecordedTicks", count: recording.missingTicks,
                    meaning: "not in the recording: the disk was too slow, or refused them"))
        }
        return reports
    }
}

extension KernelProbes.Options {
    fileprivate func canHave(_ origin: LossKind.Origin) -> Bool {
        switch origin {
        case .records, .waits: true
        case .disk: disk
        case .network: network
        case .calls: !functions.isEmpty
        }
    }
}
