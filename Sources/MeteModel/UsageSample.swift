/// What the threads of one component used of the CPUs during one window, and what they waited for.
package struct CPUUsage: Equatable, Sendable, Codable {
    /// Time on a CPU.
    package var runTime: Nanoseconds = 0
    /// Time runnable but not running, including waits that are not over yet and, since the kernel counts a thread that a CFS quota
    /// holds back as queued, throttled time.
    package var runQueueDelay: Nanoseconds = 0
    package var voluntarySwitches: UInt64 = 0
    package var involuntarySwitches: UInt64 = 0
    /// From one CPU to another.
    package var migrations: UInt64 = 0

    package init(
        runTime: Nanoseconds = 0,
        runQueueDelay: Nanoseconds = 0,
        voluntarySwitches: UInt64 = 0,
        involuntarySwitches: UInt64 = 0,
        migrations: UInt64 = 0
    ) {
        self.runTime = runTime
        self.runQueueDelay = runQueueDelay
        self.voluntarySwitches = voluntarySwitches
        self.involuntarySwitches = involuntarySwitches
        self.migrations = migrations
    }

    package static func += (total: inout CPUUsage, part: CPUUsage) {
        // A thousand threads that always wait fill 63 bits in some hundred days.
        total.runTime &+= part.runTime
        total.runQueueDelay &+= part.runQueueDelay
        total.voluntarySwitches &+= part.voluntarySwitches
        total.involuntarySwitches &+= part.involuntarySwitches
        total.migrations &+= part.migrations
    }
}

/// One component's consumption in one window.
package struct UsageSample: Equatable, Sendable, Codable {
    package var component: ComponentID
    package var start: Instant
    package var end: Instant
    package var cpu: CPUUsage
    /// For how long CFS quotas held threads back, of waits that ended in the window, each counted whole: a part of the run-queue delay
    /// of this window and perhaps the one before. Zero where it is not traced who ran while others waited.
    package var throttled: Nanoseconds
    package var faults: PageFaults
    /// Of the processes at the end of the window, each as of when it was last looked at; zero where memory is not traced.
    package var memory: MemoryUsage
    /// Zero where disks are not traced.
    package var disk: DiskUsage
    /// Zero where the network is not traced.
    package var network: NetworkUsage
    /// Nil where the component has no cgroup of its own, and where stalls are not traced.
    package var stalls: Stalls?
    /// Threads alive at the end of the window.
    package var threads: Int
    /// Processes alive at the end of the window.
    package var processes: Int

    package init(
        component: ComponentID, start: Instant, end: Instant, cpu: CPUUsage, throttled: Nanoseconds = 0,
        faults: PageFaults = PageFaults(), memory: MemoryUsage = MemoryUsage(), disk: DiskUsage = DiskUsage(),
        network: NetworkUsage = NetworkUsage(), stalls: Stalls? = nil,
        threads: Int, processes: Int
    ) {
        self.component = component
        self.start = start
        self.end = end
        self.cpu = cpu
        self.throttled = throttled
        self.faults = faults
        self.memory = memory
        self.disk = disk
        self.network = network
        self.stalls = stalls
        self.threads = threads
        self.processes = processes
    }

    /// Length of the window.
    package var window: Nanoseconds { end - start }

    /// Cores consumed, on average over the window.
    package var usage: Double {
        window > 0 ? Double(cpu.runTime) / Double(window) : 0
    }

    /// Cores that would have been consumed had nobody stood in the way: run time and run-queue delay.
    package var demand: Double {
        window > 0 ? Double(cpu.runTime + cpu.runQueueDelay) / Double(window) : 0
    }

    /// Demand, cut at what the machine could deliver at all: of many threads that want everything, no more than that can be met.
    package func demand(upTo cores: Double) -> Double {
        min(demand, cores)
    }
}
