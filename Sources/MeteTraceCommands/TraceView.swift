import MeteModel
import MeteTrace

/// One window as the commands show it: what was measured, with its threads and latencies.
struct TraceView {
    var window: TraceWindow
    /// The busiest first within a component.
    var threads: [ComponentID: [ThreadUsage]]
    var latencies: [ComponentID: ComponentLatencies]
    /// By who waited, the longest first.
    var disturbances: [ComponentID: [Disturbance]]
    var resources: TracedResources

    /// Reads what the tracer has beside the window; to be called once after each.
    init(_ window: TraceWindow, from tracer: Tracer, _ resources: TracedResources) throws(TraceError) {
        self.window = window
        self.resources = resources
        threads = Dictionary(grouping: try tracer.threadUsage(), by: \.component)
        latencies = tracer.latencies()
        disturbances = Dictionary(grouping: try tracer.disturbances(), by: \.waiter)
    }
}
