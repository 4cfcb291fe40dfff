internal import CMeteLinux
internal import MeteModel

/// The `reserved` actuator: SCHED_DEADLINE for the hot threads of components that ask for it.
extension CPUController {
    /// Applies for which a thread keeps its reservation after it was last hot.
    private static let linger = 20
    /// Applies after which a thread that had to stay shared is looked at again.
    static let retryTicks = 50
    /// A runtime is raised when it is this much too small, and cut when it is this much too large.
    private static let raiseBand = 1.05
    private static let cutBand = 0.85

    func planReservations(_ directives: [CPUDirective], _ plan: inout ControlPlan) {
        reservations.expireShared(tick: tick)
        let reserving = directives.filter { $0.mode == .reserved }
        var requests: [DeadlinePlanner.Request] = []
        var reclaims: Set<ComponentID> = []
        var hot: Set<ThreadKey> = []
        if !reserving.isEmpty {
            let members = Dictionary(memberships.map { ($0.component, $0) }) { first, _ in first }
            for directive in reserving {
                let threads = (members[directive.component]?.hotThreads ?? []).filter {
                    isEligible($0, directive.component)
                }
                for load in threads { hot.insert(ThreadKey(load.thread)) }
                guard !threads.isEmpty else { continue }
                if directive.reclaim { reclaims.insert(directive.component) }
                requests.append(
                    DeadlinePlanner.Request(
                        component: directive.component, threads: threads, demand: directive.plannedDemand,
                        allotment: directive.allotment, floor: directive.guarantee, maximum: directive.maximum,
                        period: directive.period))
            }
        }
        let reservingIDs = Set(reserving.map(\.component))
        for (key, entry) in reservations.held where !hot.contains(key) {
            let isWanted = reservingIDs.contains(entry.component)
            if !isWanted || tick - entry.lastHot > Self.linger {
                planLeave(key, entry, isWanted ? .cooled : .withdrawn, &plan)
            }
        }
        guard !requests.isEmpty else { return }
        planEntries(requests, reclaims, hot, &plan)
    }

    private func planEntries(
        _ requests: [DeadlinePlanner.Request], _ reclaims: Set<ComponentID>, _ hot: Set<ThreadKey>,
        _ plan: inout ControlPlan
    ) {
        let bandwidth = reservations.bandwidth(tick: tick)
        var capacity = bandwidth.capacity(excluding: Set(reservations.held.keys.map(\.id)))
        // Threads that linger keep what they have, and leaks stay booked until repaired.
        for (key, entry) in reservations.held where !hot.contains(key) {
            capacity.others += Double(entry.runtime) / Double(entry.period)
        }
        if let leaked = bandwidth.leaked, leaked > DeadlineBandwidth.noticeable { capacity.others += leaked }

        let planned = DeadlinePlanner().plan(requests, capacity: capacity)
        for refusal in planned.refusals {
            reservations.leaveShared(
                ThreadKey(refusal.thread),
                ReservedThreads.Shared(
                    component: refusal.component, thread: refusal.thread, reason: refusal.reason,
                    retry: tick + Self.retryTicks))
        }
        for reservation in planned.reservations {
            let key = ThreadKey(reservation.thread)
            let held = reservations.held[key]
            if let held, isClose(held, reservation) {
                reservations.keepHot(key, tick: tick, reasons: reservation.reasons)
                continue
            }
            let value = SchedulingAttributes.reservation(
                runtime: reservation.runtime, deadline: reservation.deadline, period: reservation.period,
                reclaim: reclaims.contains(reservation.component))
            reservations.ask(
                key,
                ReservedThreads.Held(
                    component: reservation.component, thread: reservation.thread, runtime: reservation.runtime,
                    period: reservation.period, reasons: reservation.reasons, lastHot: tick))
            let request = requests.first { $0.component == reservation.component }
            let write = Write(
                .scheduling(key), .scheduling(value), scope: .alone, component: reservation.component,
                reason: .reservation(
                    cores: reservation.utilisation, demand: request?.demand ?? 0, guarantee: request?.floor ?? 0))
            let before = held.map { Double($0.runtime) / Double($0.period) } ?? 0
            if reservation.utilisation < before { plan.shrinks.append(write) } else { plan.grows.append(write) }
        }
    }

    private func isClose(_ held: ReservedThreads.Held, _ next: DeadlinePlanner.Reservation) -> Bool {
        held.component == next.component && held.period == next.period
            && Double(next.runtime) <= Double(held.runtime) * Self.raiseBand
            && Double(next.runtime) >= Double(held.runtime) * Self.cutBand
    }

    private func planLeave(
        _ key: ThreadKey, _ entry: ReservedThreads.Held, _ reason: Write.Reason, _ plan: inout ControlPlan
    ) {
        let setting = Setting.scheduling(key)
        let old = executor.journal.contents.entries[setting]?.old
        plan.shrinks.append(
            Write(
                setting, old ?? .scheduling(SchedulingAttributes(policy: UInt32(METE_SCHED_OTHER))), scope: .alone,
                component: entry.component, reason: reason))
    }

    /// Whether a thread may be given a reservation; looked up when it is first hot, and again after a while.
    private func isEligible(_ load: ThreadLoad, _ component: ComponentID) -> Bool {
        let key = ThreadKey(load.thread)
        if reservations.held[key] != nil { return true }
        if reservations.shared[key] != nil || failures[.scheduling(key)] != nil { return false }
        guard let reason = obstacle(load.thread.tid) else { return true }
        reservations.leaveShared(
            key,
            ReservedThreads.Shared(
                component: component, thread: load.thread, reason: reason, retry: tick + Self.retryTicks))
        return false
    }

    private func obstacle(_ tid: Int32) -> String? {
        let attributes: SchedulingAttributes
        do {
            attributes = try SchedulingAttributes.read(tid)
        } catch {
            return error.meansGone ? "it has ended" : "how it is scheduled cannot be read: \(error)"
        }
        if attributes.isRealTime { return "it runs under SCHED_FIFO or SCHED_RR, set by somebody else" }
        if attributes.isDeadline { return "it has a SCHED_DEADLINE reservation that somebody else gave it" }
        let cpus = reservations.bandwidth(tick: tick).cpus
        let allowed = Int(mete_affinity_count(tid))
        if allowed < 0 {
            let error = Errno(Int32(-allowed))
            return error.meansGone ? "it has ended" : "which CPUs it may use cannot be read: \(error)"
        }
        if allowed < cpus {
            return "it is bound to \(allowed) of \(cpus) CPUs; SCHED_DEADLINE needs all CPUs of the root domain "
                + "(widen its affinity, or give it a root domain of its own)"
        }
        return nil
    }
}
