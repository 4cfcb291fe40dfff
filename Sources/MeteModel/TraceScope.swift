/// What a run measures beside the use of CPUs by threads, which it always does: false is what was not asked for, or what the kernel has
/// nothing for.
package struct TraceScope: Equatable, Sendable {
    /// How long the single waits for a CPU and requests of disks took.
    package var latencies = false
    package var disk = false
    package var sent = false
    package var received = false
    package var retransmits = false
    package var memory = false
    /// What of it was accessed lately, is shared and swapped.
    package var memoryWalks = false
    /// Of the machine; of components where they have cgroups of their own.
    package var cpuStalls = false
    package var memoryStalls = false
    package var diskStalls = false
    package var calls = false

    package init() {}
}
