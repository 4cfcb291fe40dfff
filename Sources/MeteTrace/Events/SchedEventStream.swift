import CMeteProbes
import CMeteWire
import Glibc
package import MeteModel

/// Every switch and wake-up, one by one. Costs a record for each, so it is loaded for traces that show them and for nothing else. Belongs to
/// one thread; detached and unloaded when released.
package final class SchedEventStream {
    private let handle: OpaquePointer
    /// Taken from the ring buffer, and later than what was asked for.
    private var held: SchedEvent?

    /// - Parameter ringBytes: rounded up to a power of two of at least a page.
    /// - Throws: `TraceError` when the kernel has no BTF or refuses the programs.
    package init(ringBytes: UInt32) throws(TraceError) {
        var failure = mete_probes_failure()
        guard let handle = mete_events_open(ringBytes, &failure) else {
            throw TraceSupport.explain(TraceError(loading: failure))
        }
        self.handle = handle
    }

    deinit {
        mete_events_close(handle)
    }

    /// Has each CPU send an event that tells what it runs: at the beginning, so that what does not switch is known, and at the end, so that
    /// what was lost is.
    package func tellRunning() throws(TraceError) {
        try check(Int(mete_events_tell_running(handle)), "ask the CPUs what they run")
    }

    /// Hands over the events that the ring buffer holds, up to the first that is later than `end`: those after it come the next time. So
    /// this ends, however fast events come.
    ///
    /// - Parameter end: on the monotonic clock.
    package func drain(upTo end: Nanoseconds, _ visit: (SchedEvent) -> Void) throws(TraceError) {
        if let held {
            guard held.time <= end else { return }
            visit(held)
            self.held = nil
        }
        var later: SchedEvent?
        let result = withoutActuallyEscaping(visit) { visit in
            var box: (SchedEvent) -> Bool = { event in
                guard event.time > end else {
                    visit(event)
                    return true
                }
                later = event
                return false
            }
            return withUnsafeMutablePointer(to: &box) { pointer in
                mete_events_drain(
                    handle,
                    { context, event in
                        guard let event = event.flatMap({ SchedEvent($0.pointee) }) else { return true }
                        return context?.assumingMemoryBound(to: ((SchedEvent) -> Bool).self).pointee(event) ?? false
                    }, pointer)
            }
        }
        held = later
        try check(Int(result), "drain the ring buffer of events")
    }

    /// Events that found no room so far.
    package func losses() throws(TraceError) -> UInt64 {
        var lost: UInt64 = 0
        try check(Int(mete_events_losses(handle, &lost)), "read how many events were lost")
        return lost
    }

    private func check(_ result: Int, _ operation: String) throws(TraceError) {
        guard result < 0 else { return }
        throw TraceError(
            code: .readFailed, operation: operation, cause: String(cString: strerror(Int32(-result))),
            remedy: "trace again; if it happens again, report it with the kernel's version")
    }
}
