import CMeteProbes
import CMeteWire

/// What did not arrive in a record of its own since tracing began. Usage is in none of these lost, but for `unattributed…`, which is
/// counted to the component `rest`.
package struct TraceLosses: Equatable, Sendable {
    /// Usage records without room; later ones carried the same usage.
    package var usageRecords: UInt64 = 0
    /// Forks, execs, renames and moves without room; noticed later.
    package var eventRecords: UInt64 = 0
    /// Exits without room; their usage came by way of the spill map, by process.
    package var exitRecords: UInt64 = 0
    /// Exits that found no room there either.
    package var unattributedThreads: UInt64 = 0
    package var unattributedRunTime: UInt64 = 0
    package var unattributedWait: UInt64 = 0
    package var unattributedVoluntarySwitches: UInt64 = 0
    package var unattributedInvoluntarySwitches: UInt64 = 0
    /// Disk requests that could not be remembered while they were on their way; counted to `rest`.
    package var unattributedRequests: UInt64 = 0
    /// Disk requests that are counted to their component, and to no thread.
    package var threadlessRequests: UInt64 = 0
    /// Disk requests that are counted nowhere.
    package var uncountedRequests: UInt64 = 0
    /// Calls of threads for whose traffic there was no memory; their component's is complete.
    package var threadlessTraffic: UInt64 = 0
    /// Calls of processes that ran a new program, counted to `rest`.
    package var unattributedCalls: UInt64 = 0
    /// New programs whose waits, and durations of requests, were for a moment counted to the component of whoever ran before.
    package var unplacedPrograms: UInt64 = 0
    /// Parts of waits of which it is not counted who ran meanwhile.
    package var uncountedDisturbances: UInt64 = 0

    /// Calls of functions whose time is not counted.
    package var untimedCalls: UInt64 = 0
    /// Calls of functions that are counted nowhere.
    package var uncountedCalls: UInt64 = 0

    package init() {}

    init(_ raw: mete_losses) {
        usageRecords = raw.usage_records
        eventRecords = raw.event_records
        exitRecords = raw.exit_records
        unattributedThreads = raw.unattributed_threads
        unattributedRunTime = raw.unattributed_run_ns
        unattributedWait = raw.unattributed_wait_ns
        unattributedVoluntarySwitches = raw.unattributed_voluntary_switches
        unattributedInvoluntarySwitches = raw.unattributed_involuntary_switches
        unattributedRequests = raw.unattributed_requests
        threadlessRequests = raw.thread_requests
        uncountedRequests = raw.uncounted_requests
        threadlessTraffic = raw.network_threads
        unattributedCalls = raw.unattributed_calls
        unplacedPrograms = raw.unplaced_programs
        uncountedDisturbances = raw.disturbances
        untimedCalls = raw.untimed_calls
        uncountedCalls = raw.uncounted_calls
    }

    /// Whether everything arrived.
    package var isZero: Bool { self == TraceLosses() }
}
