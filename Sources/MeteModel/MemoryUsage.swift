/// Memory that processes have resident, at one moment.
package struct MemoryUsage: Equatable, Sendable, Codable {
    /// Bytes in memory. A page that several processes share counts for each.
    package var resident: UInt64 = 0
    /// Of these, pages of no file and no shared memory: they are this process's alone, but for what a fork has not copied yet.
    package var anonymous: UInt64 = 0

    package init(resident: UInt64 = 0, anonymous: UInt64 = 0) {
        self.resident = resident
        self.anonymous = anonymous
    }

    package static func += (total: inout MemoryUsage, part: MemoryUsage) {
        total.resident &+= part.resident
        total.anonymous &+= part.anonymous
    }
}
