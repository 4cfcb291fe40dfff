import MeteControl
import MeteModel
import MeteProtocol
import MeteTrace

extension RehearsalReport {
    init(
        _ snapshot: AgentSnapshot, _ plan: PartitionPlan, _ writes: [PlannedWrite],
        _ circumstances: PublishedState.Circumstances
    ) {
        self.init(
            tick: snapshot.tick, madeAt: circumstances.wallClock(at: snapshot.at), policy: circumstances.policy,
            capacity: CapacityReport(snapshot.window.capacity), unit: plan.unit,
            components: ComponentReport.all(snapshot, circumstances), shortfalls: plan.shortfalls,
            writes: writes.map(WriteReport.init))
    }
}

extension WriteReport {
    init(_ planned: PlannedWrite) {
        self.init(
            component: planned.write.component, setting: planned.write.setting.description,
            standing: planned.standing.description, planned: planned.write.value.description,
            reason: planned.write.reason.description)
    }
}
