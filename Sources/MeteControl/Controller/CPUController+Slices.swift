internal import MeteModel

/// The `shared` actuator's answer to latency: the hot threads of components that somebody waits for get short slices.
extension CPUController {
    /// Applies for which a thread keeps its slice after it was last hot.
    private static let linger = 600

    func planSlices(_ directives: [CPUDirective], _ plan: inout ControlPlan) {
        let waitedFor = Set(directives.lazy.filter { $0.isLatencySensitive && $0.mode == .shared }.map(\.component))
        guard !waitedFor.isEmpty || !slices.held.isEmpty else { return }
        for membership in memberships where waitedFor.contains(membership.component) {
            for load in membership.hotThreads { planSlice(load, membership.component, &plan) }
        }
        for (key, entry) in slices.held {
            let isWanted = waitedFor.contains(entry.component)
            if isWanted, tick - entry.lastHot <= Self.linger { continue }
            planUsualSlice(key, entry, isWanted ? .cooled : .withdrawn, &plan)
        }
    }

    private func planSlice(_ load: ThreadLoad, _ component: ComponentID, _ plan: inout ControlPlan) {
        let key = ThreadKey(load.thread)
        if slices.held[key]?.component == component { return slices.keepHot(key, tick: tick) }
        guard reservations.held[key] == nil, failures[.scheduling(key)] == nil, !slices.isRefused(key, tick: tick)
        else { return }
        let current: SchedulingAttributes
        do {
            current = try SchedulingAttributes.read(load.thread.tid)
        } catch {
            // It ended, and is not hot on the next tick, or it may not be looked at.
            return slices.refuse(key, until: tick + Self.retryTicks)
        }
        guard slices.held[key] == nil, let value = ShortSlices.value(for: current) else {
            return slices.refuse(key, until: tick + Self.retryTicks)
        }
        slices.ask(key, ShortSlices.Held(component: component, lastHot: tick))
        plan.shrinks.append(
            Write(.scheduling(key), .scheduling(value), scope: .alone, component: component, reason: .shortSlice))
    }

    private func planUsualSlice(
        _ key: ThreadKey, _ entry: ShortSlices.Held, _ reason: Write.Reason, _ plan: inout ControlPlan
    ) {
        let setting = Setting.scheduling(key)
        // Struck out: the thread has ended.
        guard let old = executor.journal.contents.entries[setting]?.old else { return slices.drop(key) }
        plan.shrinks.append(Write(setting, old, scope: .alone, component: entry.component, reason: reason))
    }
}
