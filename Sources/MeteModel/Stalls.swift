/// Time for which threads stood still in a window because they lacked something: the kernel's pressure stall information, PSI
/// (Documentation/accounting/psi.rst).
///
/// Of a component it is that of the cgroups all of whose processes belong to it, added up over these: with more than one, it may be more
/// than the window. A group counts from the first window on in which it was looked at. Nil is what the kernel does not say.
package struct Stalls: Equatable, Sendable, Codable {
    package struct Pressure: Equatable, Sendable, Codable {
        /// While at least one thread stood still.
        package var some: Nanoseconds = 0
        /// While all that had something to do stood still.
        package var full: Nanoseconds = 0

        package init(some: Nanoseconds = 0, full: Nanoseconds = 0) {
            self.some = some
            self.full = full
        }

        package static func += (total: inout Pressure, part: Pressure) {
            total.some &+= part.some
            total.full &+= part.full
        }
    }

    /// For a CPU, quotas included.
    package var cpu: Pressure?
    /// For memory: reclaim, pages that were thrown out and come back, swap.
    package var memory: Pressure?
    /// For disks.
    package var disk: Pressure?
    /// Of how many groups.
    package var groups: Int

    package init(cpu: Pressure? = nil, memory: Pressure? = nil, disk: Pressure? = nil, groups: Int = 0) {
        self.cpu = cpu
        self.memory = memory
        self.disk = disk
        self.groups = groups
    }

    package static func += (total: inout Stalls, part: Stalls) {
        func sum(_ one: Pressure?, _ other: Pressure?) -> Pressure? {
            guard var sum = one, let other else { return one ?? other }
            sum += other
            return sum
        }
        total.cpu = sum(total.cpu, part.cpu)
        total.memory = sum(total.memory, part.memory)
        total.disk = sum(total.disk, part.disk)
        total.groups += part.groups
    }

    /// Whether anything stood still.
    package var isZero: Bool {
        [cpu, memory, disk].allSatisfy { $0 == nil || $0 == Pressure() }
    }
}
