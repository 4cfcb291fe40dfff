import CMeteProbes
package import CMeteWire
import Glibc
package import MeteModel

/// The loaded and attached kernel programs. Belongs to one thread; detached and unloaded when released.
package final class KernelProbes {
    package struct Options: Sendable {
        /// Bytes of the ring buffer; rounded up to a power of two of at least a page. A quarter is kept free for events.
        package var ringBytes: UInt32 = 1 << 20
        /// Run time and delay in nanoseconds after which a switch sends a record without waiting for the sweep.
        package var sliceNanoseconds: UInt64 = 2_000_000
        /// Components that the kernel side tells apart, and one for what it cannot tell; nil for as many as may come: see `SlotCount`.
        package var slots: SlotCount?
        /// Whether waits are timed by mete's own wake-up hooks, because the kernel does not keep them, or sleep
        /// among them: see `DelayAccounting`.
        package var ownClock = false
        /// Whether run-queue delays are also counted in a histogram of each component.
        package var delayHistograms = false
        /// For how long it is remembered in the kernel who ran while others waited, after the last time: those who have ended make room.
        package var disturbancesKept: Nanoseconds = 60 * .perSecond
        /// Between two looks at it, at the least: one goes through a map of thousands of places. What came in shorter windows than that comes
        /// together, in the window of the look.
        package var disturbanceInterval: Nanoseconds = 50 * .perMillisecond
        package var disk = false
        package var network = false
        /// Whether the memory of processes is read, from /proc: there is no probe for it.
        package var memory = false
        /// Of how many processes it is read in a second, one after the other: 5 µs each.
        package var memoryReadings: Nanoseconds = 500
        /// Whether it is also asked what of it was accessed lately, is shared and swapped, which takes walks over page tables: see
        /// `WalkSchedule`.
        package var memoryWalks = false
        /// Whether stalls are read with each window, from the pressure files of the machine and of cgroups: those for want of memory and disks
        /// only where these are traced. `Tracer.stalls` reads them when asked.
        package var stalls = false
        /// Whether processes are described: see `Tracer.processChanges`.
        package var descriptions = false

        /// Functions whose calls are counted, at most `mostFunctions`.
        package var functions: [CalledFunction] = []
        /// Whether their durations are also counted in a histogram of each component and function.
        package var callLatencies = false

        package init() {}

        /// Whether the kernel side has to know which component a thread belongs to.
        var countsBySlot: Bool { delayHistograms || disk || network || !functions.isEmpty }
    }

    /// One program and the tracepoint that it belongs on.
    package struct Probe: Equatable, Sendable {
        package var name: String
        package var tracepoint: String
        package var isAttached: Bool
    }

    let handle: OpaquePointer
    /// Slots that the kernel side tells apart; 0 is for what it cannot tell.
    let slots: Int

    /// - Throws: `TraceError` when the kernel has no BTF, refuses the programs or lacks a tracepoint that accounting needs.
    package init(_ options: Options) throws(TraceError) {
        var failure = mete_probes_failure()
        let slots = options.slots ?? SlotCount()
        let handle = Self.withPlaces(of: options.functions) { places in
            var settings = mete_probes_options(
                ring_bytes: options.ringBytes, slice_ns: options.sliceNanoseconds,
                slots: UInt32(slots.count), own_clock: options.ownClock,
                delay_histograms: options.delayHistograms, disk: options.disk, network: options.network,
                call_latencies: options.callLatencies, functions: places.baseAddress,
                function_count: UInt32(places.count))
            return mete_probes_open(&settings, &failure)
        }
        guard let handle else {
            throw TraceError(loading: failure)
        }
        self.handle = handle
        self.slots = slots.count
    }

    deinit {
        mete_probes_close(handle)
    }

    package var probes: [Probe] {
        var found: [Probe] = []
        var state = mete_probe_state()
        while mete_probes_describe(handle, found.count, &state) {
            found.append(
                Probe(
                    name: String(cString: state.name), tracepoint: String(cString: state.hook),
                    isAttached: state.attached))
        }
        return found
    }

    /// Hands over every record that the ring buffer holds, oldest first.
    package func drain(_ visit: (UnsafeRawBufferPointer) -> Void) throws(TraceError) {
        let count = withVisitor(visit) { mete_probes_drain(handle, $0, $1) }
        try check(count, "drain the ring buffer")
    }

    /// Has each thread that is on a CPU now put a record into the ring buffer. Costs an interrupt on each CPU that is not idle.
    package func reportRunning() throws(TraceError) {
        try check(Int(mete_probes_report_running(handle)), "ask the CPUs what they run")
    }

    /// From now on the first switch of each thread puts a record into the ring buffer, however little the thread has used.
    package func beginTick() {
        mete_probes_begin_tick(handle)
    }

    /// Hands over a record of every live thread whose counters have moved since they were last sent.
    ///
    /// - Parameter all: also of the threads that have not moved.
    package func sweep(all: Bool, _ visit: (UnsafeRawBufferPointer) -> Void) throws(TraceError) {
        let count = withVisitor(visit) { mete_probes_sweep(handle, all, $0, $1) }
        try check(count, "read the task iterator")
    }

    /// Hands over, by process, the usage of threads whose exit record found no room.
    package func takeSpill(_ visit: (_ pid: UInt32, _ entry: mete_spill) -> Void) throws(TraceError) {
        let count = withoutActuallyEscaping(visit) { visit in
            var box = visit
            return withUnsafeMutablePointer(to: &box) { pointer in
                mete_probes_take_spill(
                    handle,
                    { context, pid, entry in
                        guard let context, let entry else { return }
                        context.assumingMemoryBound(to: ((UInt32, mete_spill) -> Void).self).pointee(pid, entry.pointee)
                    }, pointer)
            }
        }
        try check(count, "read the spill map")
    }

    /// What found no room since the programs were loaded.
    package func losses() throws(TraceError) -> TraceLosses {
        var raw = mete_losses()
        try check(Int(mete_probes_losses(handle, &raw)), "read the loss counters")
        return TraceLosses(raw)
    }

    private func withVisitor(
        _ visit: (UnsafeRawBufferPointer) -> Void,
        _ body: (mete_record_visitor, UnsafeMutableRawPointer) -> Int
    ) -> Int {
        withoutActuallyEscaping(visit) { visit in
            var box = visit
            return withUnsafeMutablePointer(to: &box) { pointer in
                body(
                    { context, record, size in
                        guard let context else { return }
                        let visit = context.assumingMemoryBound(to: ((UnsafeRawBufferPointer) -> Void).self)
                        visit.pointee(UnsafeRawBufferPointer(start: record, count: size))
                    }, pointer)
            }
        }
    }

    func check(_ result: Int, _ operation: String) throws(TraceError) {
        guard result < 0 else { return }
        throw TraceError(
            code: .readFailed, operation: operation, cause: String(cString: strerror(Int32(-result))),
            remedy: "restart mete; if it happens again, report it with the kernel's version")
    }
}

extension TraceError {
    init(loading failure: mete_probes_failure) {
        let step = withUnsafeBytes(of: failure.step) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let words = withUnsafeBytes(of: failure.detail) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let reason = String(cString: strerror(failure.error))
        switch failure.error {
        // The verifier says EACCES, too.
        case let code where (code == EPERM || code == EACCES) && !words.contains("PROG LOAD LOG"):
            self.init(
                code: .notPermitted, operation: "load the kernel programs (\(step))", cause: reason,
                remedy: "run as root, or with CAP_BPF and CAP_PERFMON")
        case ENOENT where step.contains("BTF"):
            self.init(
                code: .noBTF, operation: step, cause: "/sys/kernel/btf/vmlinux is missing",
                remedy: "use a kernel built with CONFIG_DEBUG_INFO_BTF=y (Debian's are), and mount /sys")
        case _ where step.contains("a function"):
            self.init(
                code: .rejected, operation: "\(step) (\(words))", cause: reason,
                remedy: "leave it out of --calls; `mete doctor` shows whether functions can be probed here")
        case ENOENT where step.contains("attach"):
            self.init(
                code: .noTracepoint, operation: step, cause: "this kernel has no sched_switch or sched_process_fork",
                remedy: "use a kernel built with CONFIG_TRACEPOINTS=y")
        default:
            self.init(
                code: .rejected, operation: "load the kernel programs (\(step))",
                cause: words.isEmpty ? reason : "\(reason): \(words)",
                remedy: "`mete doctor` shows what this kernel lacks")
        }
    }
}
