import CMeteWire
import MeteModel

/// Whose it is what the kernel side has counted by slot: of several slots that are one component's, such as of its new programs, the sum.
extension UsageAccountant {
    /// For how long components waited while others ran. What of it their quotas held back is taken in as throttled time.
    ///
    /// That is known from here, and costs nothing more. The sums that cgroups keep (`throttled_usec` in cpu.stat) are no part of a
    /// component's delay: they count the group and not its threads, once for each CPU; a component may be many groups, and a group several
    /// components.
    mutating func attribute(
        _ waits: [KernelProbes.DisturbanceCount]
    ) -> [ComponentID: [Disturbance.Runner: Nanoseconds]] {
        var disturbers: [ComponentID: [Disturbance.Runner: Nanoseconds]] = [:]
        for count in waits {
            let who: Disturbance.Runner =
                switch count.kind {
                case METE_RUNNER_COMPONENT: .component(component(ofSlot: count.runner))
                case METE_RUNNER_REALTIME: .realTime
                case METE_RUNNER_DEADLINE: .deadline
                case METE_RUNNER_IDLE: .idle
                case METE_RUNNER_THROTTLED: .throttled
                case METE_RUNNER_STEAL: .steal
                default: .unknown
                }
            let waiter = component(ofSlot: count.waiter)
            disturbers[waiter, default: [:]][who, default: 0] += count.time
            if who == .throttled { ledger.add(throttled: count.time, to: ledger.index(of: waiter)) }
        }
        return disturbers
    }

    /// Takes in what was sent and received in the window that is open.
    mutating func attribute(_ traffic: [(slot: Int, usage: NetworkUsage)]) {
        for (slot, usage) in traffic {
            ledger.add(DiskUsage(), usage, to: ledger.index(of: component(ofSlot: slot)))
        }
    }

    /// Takes in what was read and written in the window that is open.
    ///
    /// - Returns: the same by device, ordered by device and component.
    mutating func attribute(_ requests: [KernelProbes.DiskCount]) -> [DiskSample] {
        requests.map { count in
            let component = component(ofSlot: count.slot)
            ledger.add(count.usage, NetworkUsage(), to: ledger.index(of: component))
            return DiskSample(device: count.device, component: component, usage: count.usage)
        }
        .sorted { ($0.device, $0.component) < ($1.device, $1.component) }
    }

    /// Calls of one function by one component.
    struct CalledBy: Hashable {
        var component: ComponentID
        /// Its place among those whose calls are counted.
        var function: Int
    }

    func attribute(_ calls: [KernelProbes.CallKey: CallMeter.Count]) -> [CalledBy: CallMeter.Count] {
        var found: [CalledBy: CallMeter.Count] = [:]
        for (key, count) in calls {
            let called = CalledBy(component: component(ofSlot: key.slot), function: key.function)
            found[called, default: CallMeter.Count()].usage += count.usage
            found[called]?.durations += count.durations
        }
        return found
    }
}
