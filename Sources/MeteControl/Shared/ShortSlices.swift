internal import CMeteLinux
internal import MeteModel

/// Which threads run in the shortest slices that the kernel takes: the memory of the latency side of the `shared` actuator.
///
/// A thread that wakes up with nothing owed to it and nothing owing does not displace one that has just begun its slice (RUN_TO_PARITY
/// of the fair scheduler): it waits for that slice, in practice for the next timer tick, however heavy it is. Weights cannot mend that.
/// A waking thread with a shorter slice does displace it (PREEMPT_SHORT), and so does its group, which takes the shortest slice of
/// those that wait in it. Slices change when a thread runs, never how much: shares stay as the weights have them. Not every such wait
/// goes away by it: behind a hog that the load balancer has just brought, some of one timer tick have still been seen.
package struct ShortSlices {
    struct Held: Equatable {
        var component: ComponentID
        /// The last apply on which the thread was hot.
        var lastHot: Int
    }

    private(set) var held: [ThreadKey: Held] = [:]
    /// Threads that are left as they are, and the apply on which they are looked at again.
    private var refused: [ThreadKey: Int] = [:]
    private var asked: [ThreadKey: Held] = [:]

    /// What a thread is to have instead of `current`, or nil where it is left alone: where the kernel has no slices (before 6.12), where
    /// somebody chose its policy or slice, and where it has a negative nice value, which its children would lose with the slice.
    static func value(for current: SchedulingAttributes) -> SchedulingAttributes? {
        guard let usual = SchedulingAttributes.usualSlice, usual > SchedulingAttributes.shortestSlice,
            current.policy == UInt32(METE_SCHED_OTHER), current.nice >= 0, current.runtime == usual
        else { return nil }
        var value = current
        value.runtime = SchedulingAttributes.shortestSlice
        value.flags |= UInt64(METE_SCHED_FLAG_RESET_ON_FORK)
        return value
    }

    mutating func isRefused(_ key: ThreadKey, tick: Int) -> Bool {
        guard let until = refused[key] else { return false }
        if until > tick { return true }
        refused[key] = nil
        return false
    }

    mutating func refuse(_ key: ThreadKey, until tick: Int) { refused[key] = tick }

    mutating func drop(_ key: ThreadKey) { held[key] = nil }

    mutating func ask(_ key: ThreadKey, _ entry: Held) { asked[key] = entry }

    mutating func keepHot(_ key: ThreadKey, tick: Int) { held[key]?.lastHot = tick }

    /// Draws the consequences of what was written.
    mutating func settle(_ outcome: Outcome, tick: Int, retryTicks: Int) {
        for key in outcome.inForce.compactMap(\.setting.schedulingThread) { held[key] = asked[key] }
        let refusals = outcome.failures.map(\.write.setting) + outcome.yielded.map(\.setting)
        for key in refusals.compactMap(\.schedulingThread) where asked[key] != nil || held[key] != nil {
            held[key] = nil
            refused[key] = tick + retryTicks
        }
        for key in outcome.gone.compactMap(\.schedulingThread) { held[key] = nil }
        refused = refused.filter { $0.value > tick }
        asked = [:]
    }
}
