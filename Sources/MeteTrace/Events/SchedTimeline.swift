package import MeteModel

/// Puts events of the scheduler together: what ran on each CPU from when until when, and what each thread waited for a CPU.
///
/// Pure. Where events are missing it says so instead of joining what does not belong together: the CPU's time from its last event is
/// lost, and so is every wait that is open when that shows. What is known again is what the kernel kept itself: how long a thread
/// has run that leaves a CPU without having been seen to come. Keeps what stands now, and nothing of what is over.
package struct SchedTimeline {
    /// A stretch of time that is over.
    package enum Stretch: Equatable, Sendable {
        /// - Parameter leaving: nil where tracing ended before it did.
        case ran(SchedEvent.Thread, cpu: Int, from: Nanoseconds, to: Nanoseconds, leaving: SchedEvent.Leaving?)
        /// - Parameters:
        ///   - cpu: on which it ran in the end; nil where tracing ended before.
        ///   - since: why it wanted a CPU.
        case waited(SchedEvent.Thread, cpu: Int?, from: Nanoseconds, to: Nanoseconds, since: WaitReason)
        /// It is not known what ran.
        ///
        /// - Parameter events: that found no room; 0 where the kernel has told of none.
        case lost(cpu: Int, from: Nanoseconds, to: Nanoseconds, events: UInt64)
    }

    package enum WaitReason: Equatable, Sendable {
        /// It was woken while this thread had that CPU, which need not be who woke it: an interrupt may have.
        case woken(during: SchedEvent.Thread, cpu: Int)
        /// It had to leave a CPU.
        case preempted
    }

    private struct CPU {
        /// Nil where that is not known.
        var running: SchedEvent.Thread?
        var since: Nanoseconds
        var lastEvent: Nanoseconds
    }

    private struct Wait {
        var thread: SchedEvent.Thread
        var since: Nanoseconds
        var reason: WaitReason
    }

    private let beginning: Nanoseconds
    private var cpus: [Int: CPU] = [:]
    private var waits: [UInt32: Wait] = [:]

    /// - Parameter beginning: of tracing; a CPU that switches for the first time has run the same thread since then.
    package init(beginning: Nanoseconds) {
        self.beginning = beginning
    }

    package mutating func apply(_ event: SchedEvent, _ tell: (Stretch) -> Void) {
        // Events of one CPU come in order, but the clocks of two may be apart by some nanoseconds.
        let time = max(event.time, beginning)
        var cpu = cpus[event.cpu] ?? CPU(running: nil, since: beginning, lastEvent: beginning)
        let isFirst = cpus[event.cpu] == nil
        if event.lostBefore > 0 {
            waits = [:]
            resume(&cpu, event, at: time, lostFrom: cpu.lastEvent, tell)
        } else if event.kind != .woken, let running = cpu.running, running.tid != event.thread.tid {
            resume(&cpu, event, at: time, lostFrom: cpu.since, tell)
        }
        switch event.kind {
        case .woken:
            if waits[event.next.tid] == nil {
                waits[event.next.tid] = Wait(
                    thread: event.next, since: time, reason: .woken(during: event.thread, cpu: event.cpu))
            }
        case .running:
            if cpu.running == nil {
                cpu.running = event.next
                // Nothing has switched before, or that would have been an event.
                cpu.since = isFirst && event.lostBefore == 0 ? beginning : time
            }
        case .switched(let leaving):
            if isFirst && event.lostBefore == 0 { cpu.running = event.thread }
            end(cpu, event, at: time, leaving, tell)
            begin(event, at: time, tell)
            cpu.running = event.next
            cpu.since = time
        }
        cpu.lastEvent = time
        cpus[event.cpu] = cpu
    }

    /// Closes a hole in what is known of a CPU: it reaches to when the thread of this event was given the CPU, where the kernel tells
    /// that, and to the event where it does not.
    private mutating func resume(
        _ cpu: inout CPU, _ event: SchedEvent, at time: Nanoseconds, lostFrom start: Nanoseconds,
        _ tell: (Stretch) -> Void
    ) {
        let known = event.ran.map { max(start, time - $0) } ?? time
        tell(.lost(cpu: event.cpu, from: start, to: known, events: event.lostBefore))
        cpu.running = known < time ? event.thread : nil
        cpu.since = known
        if known < time, let wait = waits.removeValue(forKey: event.thread.tid), wait.since <= known {
            tell(.waited(event.thread, cpu: event.cpu, from: wait.since, to: known, since: wait.reason))
        }
    }

    private mutating func end(
        _ cpu: CPU, _ event: SchedEvent, at time: Nanoseconds, _ leaving: SchedEvent.Leaving, _ tell: (Stretch) -> Void
    ) {
        guard !event.thread.isIdle else { return }
        if cpu.running != nil {
            tell(.ran(event.thread, cpu: event.cpu, from: cpu.since, to: time, leaving: leaving))
        }
        waits[event.thread.tid] =
            leaving == .runnable ? Wait(thread: event.thread, since: time, reason: .preempted) : nil
    }

    private mutating func begin(_ event: SchedEvent, at time: Nanoseconds, _ tell: (Stretch) -> Void) {
        guard let wait = waits.removeValue(forKey: event.next.tid), !event.next.isIdle else { return }
        tell(
            .waited(
                event.next, cpu: event.cpu, from: min(wait.since, time), to: time, since: wait.reason))
    }

    /// Ends what has not ended.
    package mutating func end(at time: Nanoseconds, _ tell: (Stretch) -> Void) {
        var running: Set<UInt32> = []
        for (number, cpu) in cpus.sorted(by: { $0.key < $1.key }) {
            guard let thread = cpu.running, !thread.isIdle else { continue }
            running.insert(thread.tid)
            tell(.ran(thread, cpu: number, from: cpu.since, to: max(time, cpu.since), leaving: nil))
        }
        for wait in waits.values.sorted(by: { $0.since < $1.since }) where !running.contains(wait.thread.tid) {
            tell(.waited(wait.thread, cpu: nil, from: wait.since, to: max(time, wait.since), since: wait.reason))
        }
        cpus = [:]
        waits = [:]
    }
}
