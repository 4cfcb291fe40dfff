import MeteModel

/// What components use beside CPUs, gathered tick by tick and told about once a second: a tick is too short to be read by people.
struct ResourceUses {
    /// Of the last second that is over.
    private(set) var told: [ComponentID: ResourceUse] = [:]
    /// Whether that is news of the last tick.
    private(set) var isNew = false
    /// Of the machine in the last second that is over, and how long that was; nil where the kernel does not say.
    private(set) var machineStalls: (stalls: Stalls, length: Nanoseconds)?
    private var gathered: [ComponentID: ResourceUse] = [:]

    /// Takes in a tick.
    ///
    /// - Parameters:
    ///   - latencies: asked once a second; those since it was last asked.
    ///   - stalls: the same, of the machine and of components.
    mutating func observe(
        _ samples: [UsageSample], latencies: () -> [ComponentID: ComponentLatencies],
        stalls: () -> (machine: Stalls?, components: [ComponentID: Stalls])
    ) {
        for sample in samples { gathered[sample.component, default: ResourceUse()].add(sample) }
        isNew = gathered.values.contains(where: { $0.length >= .perSecond })
        guard isNew else { return }
        for (component, latencies) in latencies() { gathered[component]?.latencies = latencies }
        let (machine, components) = stalls()
        for (component, stalls) in components { gathered[component]?.stalls = stalls }
        let length = gathered.values.reduce(0) { max($0, $1.length) }
        machineStalls = machine.map { ($0, length) }
        told = gathered
        gathered = [:]
    }
}
