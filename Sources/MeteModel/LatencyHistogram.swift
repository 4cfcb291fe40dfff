/// Counts of durations in classes of equal ratio: four to a power of two, from 256 ns to 2^40 ns (18 minutes). What is shorter is in the
/// first class and what is longer in the last, so a quantile is at most a quarter too large.
package struct LatencyHistogram: Equatable, Sendable, Codable {
    package static let classes = 128
    private static let smallestOctave = 8

    /// `classes` of them, or none when nothing was counted.
    package private(set) var counts: [UInt64] = []

    package init() {}

    /// - Parameter counts: `classes` of them.
    package init(counts: [UInt64]) {
        self.counts = counts.contains { $0 > 0 } ? counts : []
    }

    package var total: UInt64 { counts.reduce(0, &+) }

    package static func += (sum: inout LatencyHistogram, part: LatencyHistogram) {
        guard !part.counts.isEmpty else { return }
        if sum.counts.isEmpty {
            sum.counts = part.counts
        } else {
            for index in sum.counts.indices { sum.counts[index] &+= part.counts[index] }
        }
    }

    package static func - (later: LatencyHistogram, earlier: LatencyHistogram) -> LatencyHistogram {
        guard !earlier.counts.isEmpty, !later.counts.isEmpty else { return later }
        return LatencyHistogram(counts: zip(later.counts, earlier.counts).map { $0 &- $1 })
    }

    mutating package func add(_ duration: Nanoseconds) {
        if counts.isEmpty { counts = Array(repeating: 0, count: Self.classes) }
        counts[Self.index(of: duration)] += 1
    }

    /// The class of a duration: as in bpf/histogram.bpf.h.
    package static func index(of duration: Nanoseconds) -> Int {
        guard duration >= 1 << smallestOctave else { return 0 }
        let octave = 63 - duration.leadingZeroBitCount
        guard octave < smallestOctave + classes / 4 else { return classes - 1 }
        return (octave - smallestOctave) * 4 + Int(duration >> (Nanoseconds(octave) - 2) & 3)
    }

    /// Where a class ends, which is where the next begins; in nanoseconds.
    package static func upperBound(of index: Int) -> Nanoseconds {
        let octave = smallestOctave + index / 4
        return Nanoseconds(index % 4 + 5) << Nanoseconds(octave - 2)
    }

    /// The upper bound of the class in which this share of all durations, counted from the shortest, is reached; nil when there is none.
    package func quantile(_ share: Double) -> Nanoseconds? {
        let total = Double(total)
        guard total > 0 else { return nil }
        var sum = 0.0
        for (index, count) in counts.enumerated() {
            sum += Double(count)
            if sum >= share * total { return Self.upperBound(of: index) }
        }
        return Self.upperBound(of: Self.classes - 1)
    }
}
