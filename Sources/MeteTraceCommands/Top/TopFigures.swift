import MeteModel
import MeteTrace

/// What one row is about, in numbers; nil for what is not counted of such a row.
struct TopFigures {
    /// What stood in the way of threads that waited.
    struct Meanwhile: Equatable {
        var itself: Nanoseconds = 0
        var others: Nanoseconds = 0
        /// Under SCHED_FIFO, SCHED_RR or SCHED_DEADLINE.
        var realTime: Nanoseconds = 0
        /// The hypervisor.
        var steal: Nanoseconds = 0
        var nobody: Nanoseconds = 0
        var unknown: Nanoseconds = 0
    }

    var cpu: CPUUsage?
    var faults: PageFaults?
    var memory: MemoryUsage?
    var disk: DiskUsage?
    var traffic: Traffic?
    var retransmits: UInt64?
    var latencies: TraceView.Latencies?
    var meanwhile: Meanwhile?
    var stalls: Stalls?
    /// Of functions; of a component all of them together.
    var calls: CallUsage?
    /// Of one function alone: quantiles cannot be added up.
    var callDurations: LatencySummary?
    /// Held back by a quota.
    var throttled: Nanoseconds?
    var threads: Int?
    var processes: Int?

    init() {}

    init(_ sample: UsageSample, in view: TraceView) {
        cpu = sample.cpu
        faults = sample.faults
        memory = sample.memory
        disk = sample.disk
        traffic = sample.network.total
        retransmits = sample.network.retransmits
        latencies = view.latencies[sample.component]
        meanwhile = view.detail?.disturbances[sample.component].map(Meanwhile.init)
        stalls = sample.stalls
        for call in view.calls where call.component == sample.component {
            calls = calls ?? CallUsage()
            calls? += call.usage
        }
        throttled = sample.throttled
        threads = sample.threads
        processes = sample.processes
    }

    init(_ thread: ThreadUsage) {
        cpu = thread.use.cpu
        faults = thread.use.faults
        traffic = thread.use.traffic
        disk = thread.disk
    }

    /// Of a process: all of its threads together.
    init(_ threads: some Sequence<ThreadUsage>) {
        var use = ThreadUse()
        var disk = DiskUsage()
        var count = 0
        for thread in threads {
            use += thread.use
            disk += thread.disk
            count += 1
        }
        cpu = use.cpu
        faults = use.faults
        traffic = use.traffic
        self.disk = disk
        self.threads = count
    }

    /// Of what stood in the way of threads that waited.
    init(_ disturbance: Disturbance) {
        cpu = CPUUsage(runQueueDelay: disturbance.time)
    }

    init(_ disk: DiskSample) {
        self.disk = disk.usage
    }

    init(_ call: CallSample) {
        calls = call.usage
        callDurations = call.durations
    }

    init(_ traffic: Traffic) {
        self.traffic = traffic
    }
}

extension TopFigures.Meanwhile {
    init(_ disturbances: [Disturbance]) {
        for disturbance in disturbances {
            switch disturbance.runner {
            case .component(disturbance.waiter): itself += disturbance.time
            case .component: others += disturbance.time
            case .realTime, .deadline: realTime += disturbance.time
            case .throttled: break
            case .steal: steal += disturbance.time
            case .idle: nobody += disturbance.time
            case .unknown: unknown += disturbance.time
            }
        }
    }
}
