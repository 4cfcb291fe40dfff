import MeteModel
import MeteProtocol
import Testing

@testable import MeteCommands

/// The text of `mete status`, to the character.
struct StatusTableTests {
    @Test func readsLikeThis() {
        #expect(StatusTable(Self.report).text == Self.golden)
    }

    @Test func firstSecondsReadLikeThis() {
        var report = Self.report
        report.agent.mode = .observing
        report.agent.modeReason = "--enforce was not given"
        report.agent.policy = PolicyReport(loadedAt: report.agent.startedAt)
        report.agent.upSeconds = 0.2
        report.components = [
            ComponentReport(
                id: .rest, class: .throughput, priority: 50, processes: 12, threads: 30, usage: 0.1, demand: 0.1,
                enforcement: EnforcementReport(), guarantee: GuaranteeReport(amount: 0, state: .idle))
        ]
        #expect(StatusTable(report).text == Self.goldenOfFirstSeconds)
    }

    @Test func resourcesReadLikeThis() {
        var report = Self.report
        report.components = Array(report.components.prefix(2))
        report.components[0].resources = ResourceReport(
            runQueueDelay: ResourceReport.RunQueueDelay(p50Seconds: 2e-6, p99Seconds: 0.0042, p999Seconds: 0.01),
            diskReads: ResourceReport.Disk(
                requestsPerSecond: 100, bytesPerSecond: 409_600, meanLatencySeconds: 0.0001, p99LatencySeconds: 0.0005),
            diskWrites: ResourceReport.Disk(requestsPerSecond: 0, bytesPerSecond: 0),
            network: ResourceReport.Network(
                sentBytesPerSecond: 12_000_000, sentPacketsPerSecond: 9000, receivedBytesPerSecond: 300,
                receivedPacketsPerSecond: 10, retransmitsPerSecond: 0),
            memory: ResourceReport.Memory(
                residentBytes: 52_428_800, anonymousBytes: 1024, majorFaultsPerSecond: 0))
        // A component that did nothing has no row.
        report.components[1].resources = ResourceReport(
            network: ResourceReport.Network(
                sentBytesPerSecond: 0, sentPacketsPerSecond: 0, receivedBytesPerSecond: 0, receivedPacketsPerSecond: 0,
                retransmitsPerSecond: 0))
        #expect(
            ResourceSection.lines(of: report.components) == [
                "",
                "COMPONENT               READ/S     P99  WRITTEN/S     P99   SENT/S  RECEIVED/S  RESIDENT  CPU WAIT P99",
                "batch                     400K   500us          0       -      11M         300       50M         4.2ms",
            ])
        report.components[0].resources = nil
        #expect(ResourceSection.lines(of: report.components).isEmpty)
    }

    @Test func whatIsSeenAndWhatIsNotStandsInIt() {
        var report = Self.report
        report.tracing = TracingReport(
            traced: ["cpu", "disk"], missingProbes: [.init(name: "on_retransmit", tracepoint: "tcp_retransmit_skb")])
        report.recording = RecordingReport(file: "/r", missingTicks: 3, waitingBytes: 100)
        report.callsNotForecast = 2
        let well = StatusTable(report).text
        #expect(well.contains("; traces cpu, disk"))
        #expect(well.contains("Not seen on this kernel") && well.contains("on_retransmit: there is no tracepoint"))
        #expect(!well.contains("Nothing is recorded") && !well.contains("not forecast"))
        report.recording?.problem = "cannot write to /r: disk full"
        report.calls = [
            CallReport(component: ComponentID("batch"), function: "libz:deflate", callsPerSecond: 1, inside: 1)
        ]
        let ill = StatusTable(report).text
        #expect(ill.contains("Nothing is recorded for now") && ill.contains("cannot write to /r: disk full"))
        #expect(ill.contains("2 of these are not forecast"))
    }

    @Test func stallsReadLikeThis() {
        var report = Self.report
        #expect(StallSection.lines(of: report).isEmpty)
        report.stalls = StallReport(cpu: .init(some: 0.1234, full: 0), disk: .init(some: 0, full: 0), groups: 1)
        report.components[0].resources = ResourceReport(
            stalls: StallReport(
                cpu: .init(some: 1.5, full: 0.25), memory: .init(some: 0, full: 0), disk: .init(some: 0.001, full: 0),
                groups: 2))
        // One that did not stall has no row.
        report.components[1].resources = ResourceReport(stalls: StallReport(cpu: .init(some: 0, full: 0), groups: 1))
        #expect(
            StallSection.lines(of: report) == [
                "",
                "STALLED FOR WANT OF              CPU, SOME      ALL  MEMORY, SOME      ALL    DISK, SOME      ALL",
                "(the machine)                        12.3%     0.0%             -        -          0.0%     0.0%",
                "batch                               150.0%    25.0%          0.0%     0.0%          0.1%     0.0%",
            ])
        #expect(StatusTable(report).text.contains("STALLED FOR WANT OF"))
    }

    @Test func componentsWithoutASlotAreTold() {
        var report = Self.report
        report.tracing = TracingReport(traced: ["cpu"], componentSlots: 63)
        #expect(!StatusTable(report).text.contains("Not seen in full"))
        report.tracing?.componentsWithoutSlot = 5
        report.tracing?.slotLimit = "5 components have no slot: their disk counts to rest"
        #expect(
            StatusTable(report).text.contains(
                "Not seen in full\n  5 components have no slot: their disk counts to rest; there are slots for 63\n"))
    }

    @Test func callsOfFunctionsStandBelowTheComponents() {
        var report = Self.report
        let forecast = ForecastReport(
            demand: Quantiles(median: 400, p90: 500, p95: 550, p99: 612), source: .decayedPeak, reason: "", coverage: 0,
            pinballLoss: 0, samples: 0, expiresInSeconds: 0.3)
        report.calls = [
            CallReport(
                component: ComponentID("batch"), function: "libz:deflate", callsPerSecond: 401.6, inside: 1.25,
                callsForecast: forecast),
            CallReport(
                component: ComponentID("shop"), function: "libssl:SSL_write", callsPerSecond: 512, inside: 0.75,
                callsForecast: forecast),
            CallReport(component: ComponentID("shop"), function: "libz:deflate", callsPerSecond: 0, inside: 0),
        ]
        let expected = """
            CALLS: COMPONENT / FUNCTION                CALLS/S         FORECAST    INSIDE       FORECAST
            batch
              libz:deflate                                 402          400 p50     1.250              -
            shop
              libssl:SSL_write                             512          612 p99     0.750              -
              libz:deflate                                   0                -     0.000              -

            Breached guarantees
            """
        let text = StatusTable(report).text
        #expect(text.contains(expected), "\(text)")
    }

    @Test func saysWhenThereIsNoComponent() {
        var report = Self.report
        report.components = []
        #expect(StatusTable(report).text.contains("No component has been seen yet.\n"))
    }

    /// Names, reasons and paths come from outside; none of them widens the table or reaches the terminal raw.
    @Test func noLineIsWiderThanTheTerminalWhateverTheNames() {
        var report = Self.report
        let long = String(repeating: "long/name-", count: 40) + "\u{1B}[31m"
        report.agent.modeReason = long
        report.agent.policy.file = "/" + long
        for index in report.components.indices {
            report.components[index].id = ComponentID(long + "\(index)")
            report.components[index].guarantee.lastBreach?.explanation = long
            report.components[index].enforcement.yielded.append(
                YieldedSetting(path: long, ours: long, standing: long))
            report.components[index].enforcement.sharedThreads.append(
                SharedThread(tid: 1, name: long, reason: long))
        }
        let text = StatusTable(report).text
        for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        #expect(!text.unicodeScalars.contains("\u{1B}"))
    }

    static let report = StatusReport(
        agent: AgentReport(
            version: "0.1.0", pid: 4242, startedAt: 1_790_000_000, upSeconds: 3725, tickSeconds: 0.1, ticks: 37_250,
            mode: .enforcing, modeReason: "--enforce was given",
            policy: PolicyReport(
                file: "/etc/mete/policy.yaml", loadedAt: 1_790_003_000,
                lastFailure: PolicyFailure(
                    at: 1_790_003_600,
                    problems: [
                        PolicyProblem(
                            file: "/etc/mete/policy.yaml", line: 12, field: "components[1].cpu.guarantee",
                            message: "the guarantees sum to 2.5 cores and the capacity is 2",
                            remedy: "promise at most 2 in all")
                    ]))),
        capacity: CapacityReport(cores: 2, steal: 0.04, plannable: 1.93),
        losses: [
            LossReport(kind: "ringBufferDrops", count: 0, meaning: "a record: resolution, not usage"),
            LossReport(kind: "unreadThreads", count: 17, meaning: "one thread's last reading of a tick"),
        ],
        cost: CostReport(cpu: 0.0042, residentBytes: 22_334_000),
        components: [
            ComponentReport(
                id: ComponentID("batch"), class: .batch, priority: 10, processes: 4, threads: 4, usage: 1.402,
                demand: 3.9,
                forecast: ForecastReport(
                    demand: Quantiles(median: 3.8, p90: 3.95, p95: 4, p99: 4), source: .decayedPeak,
                    reason: "too few samples for the other", coverage: 0, pinballLoss: 0, samples: 0,
                    expiresInSeconds: 0.3),
                allotment: AllotmentReport(
                    amount: 1.25, units: 10, plannedDemand: 3.8, source: .decayedPeak,
                    grants: [
                        GrantReport(Grant(claim: .guarantee, amount: 0.25)),
                        GrantReport(Grant(claim: .forecast(quantile: 0.5), amount: 1.055)),
                        GrantReport(Grant(claim: .rounding, amount: -0.055)),
                    ], change: .ceded),
                enforcement: EnforcementReport(
                    mode: .shared, wantedMode: .shared, cgroups: ["/sys/fs/cgroup/cpu/mete/batch"],
                    shortSlices: [711, 712],
                    yielded: [
                        YieldedSetting(
                            path: "/sys/fs/cgroup/cpu/mete/batch/cpu.shares", ours: "1280", standing: "512")
                    ]),
                guarantee: GuaranteeReport(
                    amount: 0.25, state: .breached, breaches: 2,
                    lastBreach: BreachReport(
                        at: 1_790_003_600,
                        explanation:
                            "got 0.180 of 0.250 cores; kworker/0:1 of `rest` ran for 0.410 cores while it waited"))),
            ComponentReport(
                id: ComponentID("shop"), class: .latency, priority: 100, processes: 1, threads: 6, usage: 0.312,
                demand: 0.34,
                forecast: ForecastReport(
                    demand: Quantiles(median: 0.3, p90: 0.4, p95: 0.42, p99: 0.455), source: .autoregressive,
                    reason: "lower pinball loss (0.021 against 0.034)", coverage: 0.957, pinballLoss: 0.021,
                    samples: 600, expiresInSeconds: 0.3),
                allotment: AllotmentReport(
                    amount: 0.625, units: 5, plannedDemand: 0.455, source: .autoregressive,
                    grants: [
                        GrantReport(Grant(claim: .guarantee, amount: 0.455)),
                        GrantReport(Grant(claim: .surplus, amount: 0.17)),
                    ], change: .lent),
                enforcement: EnforcementReport(
                    mode: .reserved, wantedMode: .reserved,
                    reservations: [
                        ReservationReport(
                            tid: 901, name: "redis-server", runtimeNanoseconds: 455_000, periodNanoseconds: 1_000_000)
                    ],
                    sharedThreads: [
                        SharedThread(
                            tid: 905, name: "bio_aof", reason: "its affinity is narrower than its root domain (EPERM)")
                    ]),
                guarantee: GuaranteeReport(amount: 0.5, state: .met)),
        ])

    static let golden = """
        mete 0.1.0, pid 4242, up 1 h 2 min
          enforcing: --enforce was given
          policy /etc/mete/policy.yaml, loaded 12 min 5 s ago; tick 100 ms
          2 cores, 1.93 to share, 0.04 stolen by the host; mete takes 0.42 % of a core and 21.3 MiB

        COMPONENT              CLASS          USED   DEMAND    FORECAST  ALLOTTED        GUARANTEE  IN FORCE
        batch                  batch         1.402    3.900   3.800 p50     1.250   0.250 breached  shared
            1.250 = 0.250 guaranteed + 1.055 forecast at p50 - 0.055 rounded to whole units; cut: another
              component's claim comes first
            forecast: decayed peak, too few samples for the other
            2 of 4 threads have short slices
        shop                   latency       0.312    0.340   0.455 p99     0.625        0.500 met  reserved
            0.625 = 0.455 guaranteed + 0.170 lent, as nobody else claims it; raised: nobody else needs it
            forecast: autoregressive, lower pinball loss (0.021 against 0.034); p95 held 95.7 %
            1 of 6 threads reserved

        Breached guarantees
          batch  2 times, last 2 min 5 s ago: got 0.180 of 0.250 cores; kworker/0:1 of `rest` ran for 0.410
            cores while it waited

        Threads that stay shared
          shop  bio_aof (905): its affinity is narrower than its root domain (EPERM)

        Yielded: another writer's value stands
          batch  /sys/fs/cgroup/cpu/mete/batch/cpu.shares: 512 stands, mete had left 1280

        Policy not loaded; the one from before is in force
          /etc/mete/policy.yaml:12: components[1].cpu.guarantee: the guarantees sum to 2.5 cores and the
            capacity is 2; promise at most 2 in all

        Losses since start
           0 ringBufferDrops  (one costs a record: resolution, not usage)
          17 unreadThreads  (one costs one thread's last reading of a tick)

        """

    static let goldenOfFirstSeconds = """
        mete 0.1.0, pid 4242, up 200 ms
          observing: --enforce was not given
          no policy: components are found by discovery; tick 100 ms
          2 cores, 1.93 to share, 0.04 stolen by the host; mete takes 0.42 % of a core and 21.3 MiB

        COMPONENT              CLASS          USED   DEMAND    FORECAST  ALLOTTED        GUARANTEE  IN FORCE
        rest                   throughput    0.100    0.100           -         -                -  nothing

        Losses since start
           0 ringBufferDrops  (one costs a record: resolution, not usage)
          17 unreadThreads  (one costs one thread's last reading of a tick)

        """
}
