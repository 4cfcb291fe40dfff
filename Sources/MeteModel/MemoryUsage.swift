/// Memory that processes have, at one moment.
///
/// What is resident is kept by the kernel and costs nothing to ask. The rest takes a walk over a process's page tables, so it is as old as
/// the process's last walk, and there is none of processes that have not been walked: `walked` and `walkAge` say of how much and how
/// old.
package struct MemoryUsage: Equatable, Sendable, Codable {
    /// Bytes in memory. A page that several processes share counts for each.
    package var resident: UInt64 = 0
    /// Of these, pages of no file and no shared memory: they are this process's alone, but for what a fork has not copied yet.
    package var anonymous: UInt64 = 0
    /// Bytes in memory, of a page that several processes share its part (PSS): this may be added up over processes.
    package var proportional: UInt64 = 0
    /// Bytes that were accessed since the kernel last took note of that and forgot it (`Referenced` in smaps). It does so when it looks for
    /// memory to reclaim, or when somebody writes to clear_refs, which changes what the kernel reclaims and which mete does not. So this is
    /// an upper bound of the working set: tight where memory is short, and near what is resident where it is not.
    package var referenced: UInt64 = 0
    /// Bytes in swap.
    package var swap: UInt64 = 0
    /// Bytes that those processes have resident now of which the three above are known.
    package var walked: UInt64 = 0
    /// Since the oldest of these walks.
    package var walkAge: Nanoseconds = 0

    package init(
        resident: UInt64 = 0, anonymous: UInt64 = 0, proportional: UInt64 = 0, referenced: UInt64 = 0,
        swap: UInt64 = 0, walked: UInt64 = 0, walkAge: Nanoseconds = 0
    ) {
        self.resident = resident
        self.anonymous = anonymous
        self.proportional = proportional
        self.referenced = referenced
        self.swap = swap
        self.walked = walked
        self.walkAge = walkAge
    }

    package static func += (total: inout MemoryUsage, part: MemoryUsage) {
        total.resident &+= part.resident
        total.anonymous &+= part.anonymous
        total.proportional &+= part.proportional
        total.referenced &+= part.referenced
        total.swap &+= part.swap
        total.walked &+= part.walked
        total.walkAge = max(total.walkAge, part.walkAge)
    }
}
