import MeteModel
import MeteTrace

/// One window as the commands show it, live or from a recording.
struct TraceView {
    /// What the threads of one component waited for.
    struct Latencies: Equatable {
        var runQueueDelay = LatencySummary()
        var diskReads = LatencySummary()
        var diskWrites = LatencySummary()
    }

    var samples: [UsageSample]
    var capacity: CapacityReading
    /// Threads alive at the end of the window.
    var threadCount: Int
    var resources: TracedResources
    var latencies: [ComponentID: Latencies]
    /// By component and function, those without any left out.
    var calls: [CallSample]
    var losses: Losses
    /// Of the machine; nil where the kernel does not say.
    var stalls: Stalls?
    /// Nil where a recording does not keep it.
    var detail: Detail?
    /// What has become known of processes: nothing where they are not described, nil where a recording does not keep it.
    var processes: ProcessChanges?
    /// Whether it is from a recording. Then it is not known how old walks are, of how many groups stalls are, and what single processes have
    /// in memory.
    var isRecorded = false
    /// What the kernel does not let mete see, or not as it should: a sentence for each.
    var limits: [String]
    /// Which of that has shown itself while tracing, for a recording.
    var caveats: [String] = []

    struct Detail {
        /// The busiest first within a component.
        var threads: [ComponentID: [ThreadUsage]]
        /// By who waited, the longest first.
        var disturbances: [ComponentID: [Disturbance]]
        var disks: [DiskSample]
        /// What processes have in memory, the largest first within a component; nothing in a recording.
        var memory: [ComponentID: [ProcessMemory]] = [:]
        /// Of those disks; where a recording was made they may have been others.
        var diskNames: [DiskDevice: String]

        func name(of device: DiskDevice) -> String { diskNames[device] ?? "\(device.major):\(device.minor)" }
    }

    enum Losses {
        case each(TraceLosses)
        /// Of all kinds together.
        case sum(UInt64)
    }

    /// Reads what the tracer has beside the window; to be called once after each.
    init(
        _ window: TraceWindow, from tracer: Tracer, _ resources: TracedResources, limits: [String]
    ) throws(TraceError) {
        samples = window.samples
        capacity = window.capacity
        threadCount = window.threads
        self.resources = resources
        self.limits = limits
        caveats = window.caveat.map { [$0] } ?? []
        latencies = tracer.latencies().mapValues {
            Latencies(
                runQueueDelay: LatencySummary($0.runQueueDelay), diskReads: LatencySummary($0.diskReads),
                diskWrites: LatencySummary($0.diskWrites))
        }
        calls = window.calls
        losses = .each(window.losses)
        stalls = window.stalls
        detail = Detail(
            threads: Dictionary(grouping: try tracer.threadUsage(), by: \.component),
            disturbances: Dictionary(grouping: tracer.disturbances(), by: \.waiter), disks: window.disks,
            memory: Dictionary(grouping: tracer.processMemory(), by: \.component),
            diskNames: Dictionary(
                window.disks.map { ($0.device, DiskNames.name(of: $0.device)) }, uniquingKeysWith: { name, _ in name }))
        processes = tracer.processChanges()
    }

    init(
        samples: [UsageSample], capacity: CapacityReading, threadCount: Int, resources: TracedResources,
        latencies: [ComponentID: Latencies], calls: [CallSample] = [], losses: Losses, stalls: Stalls? = nil,
        detail: Detail? = nil, limits: [String] = []
    ) {
        self.samples = samples
        self.capacity = capacity
        self.threadCount = threadCount
        self.resources = resources
        self.latencies = latencies
        self.calls = calls
        self.losses = losses
        self.stalls = stalls
        self.detail = detail
        self.limits = limits
    }

    func memory(of component: ComponentID) -> [ProcessMemory] { detail?.memory[component] ?? [] }
    func threads(of component: ComponentID) -> [ThreadUsage] { detail?.threads[component] ?? [] }

    /// The interval that is shown.
    var length: Nanoseconds { max(1, samples.first?.window ?? 1) }
}
