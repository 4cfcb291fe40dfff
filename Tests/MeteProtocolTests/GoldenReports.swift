import MeteModel
import MeteProtocol

/// One value of every kind, every optional part present.
enum GoldenReports {
    static let problem = PolicyProblem(
        file: "/etc/mete/policy.yaml", line: 12, field: "components[1].cpu.guarantee",
        message: "the guarantees sum to 2.5 cores and the capacity is 2", remedy: "promise at most 2 in all")

    static let policy = PolicyReport(
        file: "/etc/mete/policy.yaml", loadedAt: 1_790_000_000,
        lastFailure: PolicyFailure(at: 1_790_000_050.5, problems: [problem]))

    static let allotment = Allotment(
        component: ComponentID("shop"), resource: .cpu, units: 5, amount: 0.625,
        grants: [Grant(claim: .guarantee, amount: 0.5), Grant(claim: .forecast(quantile: 0.99), amount: 0.125)],
        change: .raised, surplusTicks: 0, plannedDemand: 0.6, source: .autoregressive)

    static let status = StatusReport(
        agent: AgentReport(
            version: "0.1.0", pid: 4242, startedAt: 1_790_000_000, upSeconds: 60.5, tickSeconds: 0.125, ticks: 605,
            mode: .enforcing, modeReason: "--enforce was given", policy: policy),
        capacity: CapacityReport(cores: 2, steal: 0.0625, plannable: 1.875),
        tracing: TracingReport(
            traced: ["cpu", "disk"], missingProbes: [.init(name: "on_io_start", tracepoint: "block_io_start")],
            componentSlots: 63, componentsWithoutSlot: 5, slotLimit: "5 components have no slot"),
        stalls: StallReport(
            cpu: .init(some: 0.5, full: 0), memory: .init(some: 0.25, full: 0.125), disk: .init(some: 0, full: 0),
            groups: 1),
        losses: [LossReport(kind: "ringBufferDrops", count: 3, meaning: "a record: resolution, not usage")],
        cost: CostReport(cpu: 0.0078125, residentBytes: 20_971_520),
        components: [
            ComponentReport(
                id: ComponentID("shop"), class: .latency, priority: 100, processes: 1, threads: 6, usage: 0.25,
                demand: 0.375,
                forecast: ForecastReport(
                    demand: Quantiles(median: 0.25, p90: 0.375, p95: 0.5, p99: 0.625), source: .autoregressive,
                    reason: "lower pinball loss", coverage: 0.9375, pinballLoss: 0.03125, width: 0.25,
                    samples: 64, expiresInSeconds: 0.25),
                allotment: AllotmentReport(allotment),
                enforcement: EnforcementReport(
                    mode: .reserved, wantedMode: .reserved, cgroups: ["/sys/fs/cgroup/cpu/mete/shop"],
                    reservations: [
                        ReservationReport(
                            tid: 901, name: "redis-server", runtimeNanoseconds: 500_000, periodNanoseconds: 1_000_000)
                    ],
                    sharedThreads: [SharedThread(tid: 905, name: "bio_aof", reason: "affinity is too narrow")],
                    shortSlices: [903],
                    yielded: [
                        YieldedSetting(path: "/sys/fs/cgroup/cpu/mete/shop/cpu.shares", ours: "640", standing: "512")
                    ],
                    notes: ["1 process stays in a group of others"]),
                guarantee: GuaranteeReport(
                    amount: 0.5, state: .breached, breaches: 2,
                    lastBreach: BreachReport(at: 1_790_000_042, explanation: "got 0.18 of 0.25 cores")),
                resources: ResourceReport(
                    runQueueDelay: ResourceReport.RunQueueDelay(
                        p50Seconds: 0.000_976_562_5, p99Seconds: 0.001_953_125, p999Seconds: 0.003_906_25),
                    diskReads: ResourceReport.Disk(
                        requestsPerSecond: 8, bytesPerSecond: 32_768, meanLatencySeconds: 0.0625,
                        p99LatencySeconds: 0.125),
                    diskWrites: ResourceReport.Disk(requestsPerSecond: 0, bytesPerSecond: 0),
                    network: ResourceReport.Network(
                        sentBytesPerSecond: 1024, sentPacketsPerSecond: 16, receivedBytesPerSecond: 2048,
                        receivedPacketsPerSecond: 32, retransmitsPerSecond: 0.5),
                    memory: ResourceReport.Memory(
                        residentBytes: 1_048_576, anonymousBytes: 524_288, majorFaultsPerSecond: 0.25),
                    stalls: StallReport(cpu: .init(some: 0.75, full: 0.5), groups: 2))),
            ComponentReport(
                id: .rest, class: .throughput, priority: 50, processes: 12, threads: 30, usage: 0, demand: 0,
                enforcement: EnforcementReport(), guarantee: GuaranteeReport(amount: 0, state: .idle)),
        ],
        calls: [
            CallReport(
                component: ComponentID("shop"), function: "libssl:SSL_write", callsPerSecond: 512, inside: 0.75,
                callsForecast: ForecastReport(
                    demand: Quantiles(median: 500, p90: 550, p95: 600, p99: 650), source: .decayedPeak,
                    reason: "no other", coverage: 0.9375, pinballLoss: 16, samples: 64, expiresInSeconds: 0.25)),
            CallReport(component: .rest, function: "libssl:SSL_write", callsPerSecond: 0, inside: 0),
        ], callsNotForecast: 1,
        recording: RecordingReport(
            file: "/var/lib/mete/r", missingTicks: 12, waitingBytes: 4096, problem: "cannot write to it: disk full"))

    static let plan = PlanReport(
        tick: 605, madeAt: 1_790_000_060.5,
        resources: [
            ResourcePlanReport(
                PartitionPlan(
                    resource: .cpu, capacity: 1.875, unit: 0.125, allotments: [allotment],
                    shortfalls: [Shortfall(component: ComponentID("batch"), wanted: 1.5, planned: 1.25)]))
        ])

    static let health = HealthReport(
        healthy: false, mode: .safe, ticks: 605, lastTickAgeSeconds: 2.5, problems: ["no tick for 2.5 s"])

    static let reload = ReloadReport(
        policy: PolicyReport(file: "/etc/mete/policy.yaml", loadedAt: 1_790_000_000),
        components: [ComponentID("shop"), .rest])

    static let error = ErrorReport(
        .policyRefused, message: "the policy did not load", remedy: "correct the file and reload", problems: [problem])
}
