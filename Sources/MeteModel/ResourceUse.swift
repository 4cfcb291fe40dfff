/// What one component used beside CPUs, over several windows together.
package struct ResourceUse: Equatable, Sendable {
    /// Of all the windows.
    package private(set) var length: Nanoseconds = 0
    package private(set) var disk = DiskUsage()
    package private(set) var network = NetworkUsage()
    package private(set) var faults = PageFaults()
    /// At the end of the last window.
    package private(set) var memory = MemoryUsage()
    /// Of what ended in the windows, where it is kept.
    package var latencies = ComponentLatencies()
    /// In the windows; nil where the component has no cgroup of its own or none was read, and where stalls are not told.
    package var stalls: Stalls?

    package init() {}

    /// Takes in the component's next window.
    package mutating func add(_ sample: UsageSample) {
        length += sample.window
        disk += sample.disk
        network += sample.network
        faults += sample.faults
        memory = sample.memory
    }

    /// An amount of the windows for each second of them; 0 of no window.
    package func perSecond(_ amount: UInt64) -> Double {
        length > 0 ? Double(amount) / length.seconds : 0
    }
}
