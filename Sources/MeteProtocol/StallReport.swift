package import MeteModel

/// For how long threads stood still because they lacked something, over the last second or so: the kernel's pressure stall information.
/// What the kernel does not say, and what the agent does not trace, is absent.
package struct StallReport: Equatable, Sendable, Codable {
    /// Shares of the time, 1 being all of it.
    package struct Pressure: Equatable, Sendable, Codable {
        /// While at least one thread stood still.
        package var some: Double
        /// While all that had something to do stood still.
        package var full: Double

        package init(some: Double, full: Double) {
            self.some = some
            self.full = full
        }
    }

    /// For a CPU, quotas included.
    package var cpu: Pressure?
    package var memory: Pressure?
    package var disk: Pressure?
    /// Of how many cgroups these are the sums: of more than one, a share may be above 1.
    package var groups: Int

    package init(cpu: Pressure? = nil, memory: Pressure? = nil, disk: Pressure? = nil, groups: Int) {
        self.cpu = cpu
        self.memory = memory
        self.disk = disk
        self.groups = groups
    }

    /// - Parameter length: in which they were.
    package init(_ stalls: Stalls, length: Nanoseconds) {
        func shares(_ pressure: Stalls.Pressure?) -> Pressure? {
            pressure.map {
                Pressure(some: Double($0.some) / Double(max(1, length)), full: Double($0.full) / Double(max(1, length)))
            }
        }
        self.init(
            cpu: shares(stalls.cpu), memory: shares(stalls.memory), disk: shares(stalls.disk), groups: stalls.groups)
    }
}
