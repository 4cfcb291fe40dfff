/// Requests to disks that were completed in a window, reads and writes apart.
package struct DiskUsage: Equatable, Sendable, Codable {
    package struct Direction: Equatable, Sendable, Codable {
        package var requests: UInt64 = 0
        package var bytes: UInt64 = 0
        /// Sum over the requests, each from when it was made until it was complete.
        package var latency: Nanoseconds = 0
        /// Requests that failed, which are in none of the above; one that fails in parts counts for each.
        package var errors: UInt64 = 0

        package init(requests: UInt64 = 0, bytes: UInt64 = 0, latency: Nanoseconds = 0, errors: UInt64 = 0) {
            self.requests = requests
            self.bytes = bytes
            self.latency = latency
            self.errors = errors
        }

        package static func += (total: inout Direction, part: Direction) {
            total.requests &+= part.requests
            total.bytes &+= part.bytes
            total.latency &+= part.latency
            total.errors &+= part.errors
        }

        package static func - (later: Direction, earlier: Direction) -> Direction {
            Direction(
                requests: later.requests &- earlier.requests, bytes: later.bytes &- earlier.bytes,
                latency: later.latency &- earlier.latency, errors: later.errors &- earlier.errors)
        }

        /// Mean latency of a request; nil without any.
        package var meanLatency: Nanoseconds? { requests > 0 ? latency / Nanoseconds(requests) : nil }
    }

    package var reads = Direction()
    package var writes = Direction()

    package init(reads: Direction = Direction(), writes: Direction = Direction()) {
        self.reads = reads
        self.writes = writes
    }

    package static func += (total: inout DiskUsage, part: DiskUsage) {
        total.reads += part.reads
        total.writes += part.writes
    }

    package static func - (later: DiskUsage, earlier: DiskUsage) -> DiskUsage {
        DiskUsage(reads: later.reads - earlier.reads, writes: later.writes - earlier.writes)
    }

    package var requests: UInt64 { reads.requests + writes.requests }
    package var errors: UInt64 { reads.errors + writes.errors }
}

/// A whole disk, by its device number.
package struct DiskDevice: Hashable, Comparable, Sendable, Codable {
    package var major: UInt32
    package var minor: UInt32

    package init(major: UInt32, minor: UInt32) {
        self.major = major
        self.minor = minor
    }

    package static func < (left: DiskDevice, right: DiskDevice) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
