/// Page faults in a window.
package struct PageFaults: Equatable, Sendable, Codable {
    /// Served without a read from disk.
    package var minor: UInt64 = 0
    /// That had to wait for a read from disk.
    package var major: UInt64 = 0

    package init(minor: UInt64 = 0, major: UInt64 = 0) {
        self.minor = minor
        self.major = major
    }

    package static func += (total: inout PageFaults, part: PageFaults) {
        total.minor &+= part.minor
        total.major &+= part.major
    }
}
