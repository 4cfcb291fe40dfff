/// Who had a CPU while threads of a component waited for it, or what else kept them from it.
package struct Disturbance: Equatable, Sendable {
    package enum Runner: Hashable, Sendable {
        /// Threads of a component, perhaps of the one that waited.
        case component(ComponentID)
        /// Threads under SCHED_FIFO or SCHED_RR, of whichever component.
        case realTime
        /// Threads under SCHED_DEADLINE, of whichever component.
        case deadline
        /// Nobody: the CPU was waking up.
        case idle
        /// Not known: too many runs ago.
        case unknown
        /// Whoever it was: a CFS quota of the waiter's cgroup, or of one above it, held it back.
        case throttled
        /// Whoever it was: the hypervisor had the CPU.
        case steal
    }

    package var waiter: ComponentID
    package var runner: Runner
    /// Of waits of 20 µs and more that ended in the window, divided by what the CPU did meanwhile that the thread was given in the end.
    package var time: Nanoseconds

    package init(waiter: ComponentID, runner: Runner, time: Nanoseconds) {
        self.waiter = waiter
        self.runner = runner
        self.time = time
    }
}
