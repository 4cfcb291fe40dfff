/// A span of time in nanoseconds.
package typealias Nanoseconds = Int64

/// A point on the machine's monotonic clock, in nanoseconds since boot.
///
/// Pure modules never read a clock; they are handed instants.
package struct Instant: Hashable, Comparable, Sendable, Codable {
    package var nanoseconds: Nanoseconds

    package init(nanoseconds: Nanoseconds) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    package static func + (instant: Instant, span: Nanoseconds) -> Instant {
        Instant(nanoseconds: instant.nanoseconds + span)
    }

    package static func - (later: Instant, earlier: Instant) -> Nanoseconds {
        later.nanoseconds - earlier.nanoseconds
    }
}

extension Nanoseconds {
    package static let perMillisecond: Nanoseconds = 1_000_000
    package static let perSecond: Nanoseconds = 1_000_000_000

    /// The span in seconds.
    package var seconds: Double { Double(self) / 1e9 }
}
