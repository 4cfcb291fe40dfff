import MeteModel
import MetePartition
import MeteProtocol
import Testing

@testable import MeteAgent
@testable import MeteTrace

/// What the agent says of a tick.
struct StatusReportTests {
    private static let shop = ComponentID("shop")

    private static let circumstances = PublishedState.Circumstances(
        version: "test", pid: 1, startedAt: 0, startedAtInstant: Instant(nanoseconds: 0), mode: .observing,
        modeReason: "", policy: PolicyReport(loadedAt: 0))

    private static func snapshot(_ change: (inout AgentSnapshot) -> Void = { _ in }) -> AgentSnapshot {
        let end = Instant(nanoseconds: .perSecond)
        let sample = UsageSample(
            component: shop, start: Instant(nanoseconds: 0), end: end, cpu: CPUUsage(), threads: 1, processes: 1)
        let window = TraceWindow(
            samples: [sample], capacity: CapacityReading(cpus: 2), losses: TraceLosses(), threads: 1, disks: [],
            calls: [])
        var resources = ResourceUse()
        resources.add(sample)
        var options = KernelProbes.Options()
        options.disk = true
        options.network = true
        options.functions = [CalledFunction(name: "libz:deflate", places: [])]
        var snapshot = AgentSnapshot(
            tick: 10, missedTicks: 0, at: end, tickLength: .perSecond, window: window, traced: options,
            components: [
                AgentSnapshot.Component(
                    policy: ComponentPolicy(id: shop),
                    verdict: .init(state: .idle, entitled: 0, got: 0, demand: 0), breaches: 0, resources: resources)
            ], calls: [], control: [:], cost: AgentCost())
        change(&snapshot)
        return snapshot
    }

    private static func report(_ change: (inout AgentSnapshot) -> Void = { _ in }) -> StatusReport {
        StatusReport(snapshot(change), circumstances)
    }

    /// Programs without a place among them, of which there is no sign elsewhere.
    @Test func everyKindOfLossIsListedWithItsCount() throws {
        let report = Self.report { $0.window.losses.unplacedPrograms = 7 }
        let kinds = report.losses.map(\.kind)
        #expect(Set(LossKind.all.map(\.name)).isSubset(of: kinds))
        #expect(try #require(report.losses.first { $0.kind == "unplacedPrograms" }).count == 7)
        // Where only CPUs are traced there are still waits to count to somebody.
        let cpuOnly = Self.report { $0.traced = KernelProbes.Options() }
        #expect(cpuOnly.losses.contains { $0.kind == "unplacedPrograms" })
        #expect(!cpuOnly.losses.contains { $0.kind == "uncountedDiskRequests" })
    }

    @Test func stallsAreSharesOfTheTime() throws {
        #expect(Self.report().stalls == nil)
        #expect(Self.report().components[0].resources?.stalls == nil)
        let report = Self.report {
            let cpu = Stalls.Pressure(some: .perSecond, full: .perSecond / 2)
            $0.machineStalls = (Stalls(cpu: cpu, groups: 1), 2 * .perSecond)
            $0.components[0].resources?.stalls = Stalls(disk: cpu, groups: 3)
        }
        #expect(report.stalls == StallReport(cpu: .init(some: 0.5, full: 0.25), groups: 1))
        #expect(
            report.components[0].resources?.stalls == StallReport(disk: .init(some: 1, full: 0.5), groups: 3),
            "of a window of one second")
    }

    @Test func theLimitOfSlotsIsToldWhenItIsReached() throws {
        let below = try #require(Self.report { $0.componentSlots = 63 }.tracing)
        #expect(below.componentSlots == 63 && below.componentsWithoutSlot == nil && below.slotLimit == nil)
        let beyond = try #require(
            Self.report {
                $0.componentSlots = 63
                $0.window.componentsWithoutSlot = 5
            }.tracing)
        #expect(beyond.componentSlots == 63 && beyond.componentsWithoutSlot == 5)
        #expect(beyond.slotLimit?.hasPrefix("5 components have no slot: ") == true)
    }
}
