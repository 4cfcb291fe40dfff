import MeteModel

/// What components use beside CPUs, gathered tick by tick and told about once a second: a tick is too short to be read by people.
struct ResourceUses {
    /// Of the last second that is over.
    private(set) var told: [ComponentID: ResourceUse] = [:]
    /// Whether that is news of the last tick.
    private(set) var isNew = false
    private var gathered: [ComponentID: ResourceUse] = [:]

    /// Takes in a tick.
    ///
    /// - Parameter latencies: asked once a second; those since it was last asked.
    mutating func observe(_ samples: [UsageSample], latencies: () -> [ComponentID: ComponentLatencies]) {
        for sample in samples { gathered[sample.component, default: ResourceUse()].add(sample) }
        isNew = gathered.values.contains(where: { $0.length >= .perSecond })
        guard isNew else { return }
        for (component, latencies) in latencies() { gathered[component]?.latencies = latencies }
        told = gathered
        gathered = [:]
    }
}
