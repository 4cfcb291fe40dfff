internal import MeteModel

/// Which threads hold a reservation of mete's, which were to and do not, and why: the memory of the `reserved` actuator.
package struct ReservedThreads {
    /// A thread's reservation, asked for or in force.
    struct Held: Equatable {
        var component: ComponentID
        var thread: ThreadRef
        var runtime: UInt64
        var period: UInt64
        var reasons: [String]
        /// The last apply on which the thread was hot.
        var lastHot: Int
    }

    struct Shared: Equatable {
        var component: ComponentID
        var thread: ThreadRef
        var reason: String
        /// The apply from which on it is looked at again.
        var retry: Int
    }

    private(set) var held: [ThreadKey: Held] = [:]
    private(set) var shared: [ThreadKey: Shared] = [:]
    /// What the plan under way asks for; becomes `held` when it was written.
    private var asked: [ThreadKey: Held] = [:]
    /// What may be reserved, and the apply on which that was measured: reservations of others come and go, and so do CPUs.
    private var measured: (bandwidth: DeadlineBandwidth, tick: Int)?
    private let measure: (_ rereadsLimit: Bool) -> DeadlineBandwidth
    private let countCPUs: () -> Int

    /// Applies after which all threads are looked at again, which costs some microseconds for each.
    static let bandwidthLifetime = 600
    /// Applies after which the CPUs are counted again.
    static let countInterval = 20

    package init(
        measure: @escaping (_ rereadsLimit: Bool) -> DeadlineBandwidth = { .measure(rereadsLimit: $0) },
        countCPUs: @escaping () -> Int = OnlineCPUs.count
    ) {
        self.measure = measure
        self.countCPUs = countCPUs
    }

    /// What may be reserved: measured when that is first asked for, when the number of CPUs has changed, after a refusal that it did not
    /// foresee, and otherwise once in a while.
    mutating func bandwidth(tick: Int) -> DeadlineBandwidth {
        if let measured, tick - measured.tick < Self.bandwidthLifetime,
            tick % Self.countInterval != 0 || countCPUs() == measured.bandwidth.cpus
        {
            return measured.bandwidth
        }
        return measureAgain(tick: tick, rereadsLimit: false)
    }

    private mutating func measureAgain(tick: Int, rereadsLimit: Bool) -> DeadlineBandwidth {
        let bandwidth = measure(rereadsLimit)
        measured = (bandwidth, tick)
        return bandwidth
    }

    /// Cores reserved for a component.
    func reserved(_ component: ComponentID) -> Double {
        held.values.reduce(0) { sum, entry in
            entry.component == component ? sum + Double(entry.runtime) / Double(entry.period) : sum
        }
    }

    mutating func ask(_ key: ThreadKey, _ entry: Held) { asked[key] = entry }

    mutating func keepHot(_ key: ThreadKey, tick: Int, reasons: [String]) {
        held[key]?.lastHot = tick
        held[key]?.reasons = reasons
    }

    mutating func leaveShared(_ key: ThreadKey, _ entry: Shared) { shared[key] = entry }

    mutating func expireShared(tick: Int) {
        shared = shared.filter { $0.value.retry > tick }
    }

    /// Draws the consequences of what was written.
    mutating func settle(_ outcome: Outcome, tick: Int, retryTicks: Int) {
        // One plan may give a thread its usual slice back and then a reservation, which may be refused.
        for write in outcome.inForce {
            guard let key = write.setting.schedulingThread, !write.value.isReservation else { continue }
            held[key] = nil
        }
        for write in outcome.inForce where write.value.isReservation {
            guard let key = write.setting.schedulingThread else { continue }
            held[key] = asked[key]
            shared[key] = nil
        }
        for failure in outcome.failures {
            guard case .scheduling(let key) = failure.write.setting, let entry = asked[key] else { continue }
            var reason = failure.error.description
            if failure.error.cause == .busy { reason += " \(explainBusy(tick: tick))" }
            shared[key] = Shared(
                component: entry.component, thread: entry.thread, reason: reason, retry: tick + retryTicks)
        }
        for yield in outcome.yielded {
            guard case .scheduling(let key) = yield.setting else { continue }
            if let entry = asked[key] ?? held.removeValue(forKey: key) {
                shared[key] = Shared(
                    component: entry.component, thread: entry.thread,
                    reason: "another writer set it to \(yield.found); theirs stands", retry: tick + retryTicks)
            }
            held[key] = nil
        }
        for setting in outcome.gone {
            guard case .scheduling(let key) = setting else { continue }
            held[key] = nil
            shared[key] = nil
        }
        asked = [:]
    }

    /// Why the kernel refuses what was computed to fit; measures again, so that the next plan knows better.
    private mutating func explainBusy(tick: Int) -> String {
        let now = measureAgain(tick: tick, rereadsLimit: true)
        let counted = now.counted
        guard let booked = now.booked, let leaked = now.leaked else {
            return "Computed: \(counted) of \(now.limit * Double(now.cpus)) cores are reserved; bandwidth leaked by "
                + "threads that left SCHED_DEADLINE in their sleep is likely. `mete doctor --repair-deadline-leak` frees it."
        }
        if booked < 0 {
            return "The kernel's account of booked cores is \(booked), which it takes for more than there is. "
                + "`mete doctor --repair-deadline-leak` puts it right."
        }
        return leaked > DeadlineBandwidth.noticeable
            ? "The kernel has \(booked) cores booked, but only \(counted) are in use: \(leaked) cores have leaked. "
                + "`mete doctor --repair-deadline-leak` frees them."
            : "The kernel has \(booked) of \(now.limit * Double(now.cpus)) cores booked."
    }
}
