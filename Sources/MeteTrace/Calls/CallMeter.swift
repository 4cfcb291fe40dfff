import MeteModel

/// What the kernel side has counted of calls since it was last read.
///
/// As in `ResourceMeter`, counters only grow, and those of processes that are not pending any more are taken out once they stand still. A
/// reading of the time inside that is too low, because a call began or ended just then, is made good by the next.
struct CallMeter {
    /// Of one function in one component.
    struct Count {
        var usage = CallUsage()
        var durations = LatencyHistogram()
    }

    private struct Reading {
        var calls: UInt64 = 0
        var left: UInt64 = 0
        var time: Nanoseconds = 0
        var durations = LatencyHistogram()
    }

    private let probes: KernelProbes
    private let options: KernelProbes.Options
    private var readings: [KernelProbes.CallKey: Reading] = [:]

    init(_ probes: KernelProbes, _ options: KernelProbes.Options) {
        self.probes = probes
        self.options = options
    }

    /// Since the last reading, those without any left out.
    mutating func read(now: () -> Nanoseconds) throws(TraceError) -> [KernelProbes.CallKey: Count] {
        guard !options.functions.isEmpty else { return [:] }
        // First, so that no duration is read of a call that has not been counted.
        let durations = options.callLatencies ? try probes.callLatencies() : [:]
        var found: [KernelProbes.CallKey: Count] = [:]
        for (key, count) in try probes.calls(now: now) {
            let before = readings[key] ?? Reading()
            let reading = Reading(
                calls: count.calls, left: count.left, time: max(count.time, before.time),
                durations: durations[key] ?? before.durations)
            let usage = CallUsage(
                calls: reading.calls &- before.calls, left: reading.left &- before.left,
                time: reading.time - before.time)
            if usage != CallUsage() || reading.durations != before.durations {
                found[key] = Count(usage: usage, durations: reading.durations - before.durations)
                readings[key] = reading
            } else if key.slot >= probes.slots, count.open == 0 {
                probes.forgetCalls(key)
                readings[key] = nil
            }
        }
        return found
    }
}
