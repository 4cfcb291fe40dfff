import MeteModel
import MeteProtocol
import Testing

@testable import MeteCommands

/// The text of `mete plan`, to the character.
struct PlanTableTests {
    @Test func readsLikeThis() {
        #expect(PlanTable(Self.report).text == Self.golden)
    }

    @Test func saysThatNothingIsToBeWritten() {
        var report = Self.report
        report.writes = []
        #expect(PlanTable(report).text.contains("Nothing: every setting stands as wanted"))
    }

    @Test func noLineIsWiderThanTheTerminalWhateverTheNames() {
        var report = Self.report
        let long = String(repeating: "long/name-", count: 40) + "\u{1B}[31m"
        report.components[0].id = ComponentID(long)
        report.components[0].enforcement.notes = [long]
        report.writes[0].setting = long
        report.writes[0].reason = long
        report.policy.warnings?[0].message = long
        let text = PlanTable(report).text
        for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        #expect(!text.unicodeScalars.contains("\u{1B}"))
    }

    static let report = RehearsalReport(
        tick: 30, madeAt: 1_790_000_000,
        policy: PolicyReport(
            file: "/etc/mete/policy.yaml", loadedAt: 1_790_000_000,
            warnings: [
                PolicyProblem(
                    file: "/etc/mete/policy.yaml", line: 9, field: "match",
                    message: "batch names the cgroup /batch, which is not there",
                    remedy: "matches nothing until it appears")
            ]),
        capacity: CapacityReport(cores: 2, steal: 0, plannable: 1.98), unit: 0.125,
        components: [
            ComponentReport(
                id: ComponentID("shop"), class: .latency, priority: 100, processes: 1, threads: 5, usage: 0.24,
                demand: 0.365,
                forecast: ForecastReport(
                    demand: Quantiles(median: 0.25, p90: 0.375, p95: 0.4, p99: 0.45), source: .autoregressive,
                    reason: "lower pinball loss", coverage: 0.95, pinballLoss: 0.01, samples: 30,
                    expiresInSeconds: 0.3),
                allotment: AllotmentReport(
                    amount: 0.5, units: 4, plannedDemand: 0.45, source: .autoregressive,
                    grants: [
                        GrantReport(Grant(claim: .guarantee, amount: 0.45)),
                        GrantReport(Grant(claim: .rounding, amount: 0.05)),
                    ], change: .same),
                enforcement: EnforcementReport(
                    mode: .reserved, wantedMode: .reserved, cgroups: ["/shop"],
                    reservations: [
                        ReservationReport(
                            tid: 901, name: "redis-server", runtimeNanoseconds: 500_000, periodNanoseconds: 1_000_000)
                    ],
                    sharedThreads: [SharedThread(tid: 905, name: "bio_aof", reason: "it is bound to 1 of 2 CPUs")],
                    notes: ["1 process(es) in cgroup /, which is not theirs alone"]),
                guarantee: GuaranteeReport(amount: 0.5, state: .met)),
            ComponentReport(
                id: .rest, class: .throughput, priority: 50, processes: 12, threads: 30, usage: 0.1, demand: 0.1,
                allotment: AllotmentReport(
                    amount: 0, units: 0, plannedDemand: 0, source: .decayedPeak, grants: [], change: .first),
                enforcement: EnforcementReport(), guarantee: GuaranteeReport(amount: 0, state: .idle)),
        ],
        shortfalls: [Shortfall(component: ComponentID("shop"), wanted: 0.5, planned: 0.25)],
        writes: [
            WriteReport(
                component: ComponentID("shop"), setting: "/sys/fs/cgroup/shop/cpu.weight", standing: "100",
                planned: "250", reason: "stands for 0.5 cores among what competes beside it"),
            WriteReport(
                setting: "/proc/sys/kernel/task_delayacct", standing: "0", planned: "1",
                reason: "the kernel then keeps run-queue delays, which is cheaper than timing them"),
        ])

    private static let golden = """
        tick 30: 1.98 cores to share, in units of 0.125

        shop: 0.500 cores (4 units)
          = 0.450 guaranteed, 0.050 rounded to whole units
          demand 0.365, used 0.240; planned for 0.450 (p99, autoregressive: lower pinball loss)
          unchanged; would be in force as reservations of 1 thread(s) and a weight of /shop
        rest: 0.000 cores (0 units)
          = nothing claimed
          demand 0.100, used 0.100; planned for 0.000 (p95, decayed peak)
          first plan; nothing is set for the rest
        shop: the capacity of the moment holds 0.25 of the 0.5 cores guaranteed and wanted

        Would be written, in this order
          /sys/fs/cgroup/shop/cpu.weight: 100 -> 250
              shop: stands for 0.5 cores among what competes beside it
          /proc/sys/kernel/task_delayacct: 0 -> 1
              the kernel then keeps run-queue delays, which is cheaper than timing them

        Threads that stay shared
          shop  bio_aof (905): it is bound to 1 of 2 CPUs

        Not in force as wanted
          shop  1 process(es) in cgroup /, which is not theirs alone

        Named by the policy and not there
          /etc/mete/policy.yaml:9: match: batch names the cgroup /batch, which is not there; matches nothing
            until it appears

        """
}
