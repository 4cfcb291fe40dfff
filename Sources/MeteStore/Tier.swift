package import MeteModel

/// A resolution of a recording.
package enum Tier: Int, CaseIterable, Comparable, Sendable {
    /// As recorded.
    case raw = 0
    case second = 1
    case tenSeconds = 2
    case minute = 3

    /// Of one sample; 0 for what is as recorded.
    package var length: Nanoseconds {
        switch self {
        case .raw: 0
        case .second: .perSecond
        case .tenSeconds: 10 * .perSecond
        case .minute: 60 * .perSecond
        }
    }

    /// Time that one block of samples spans at the least.
    func blockLength(interval: Nanoseconds) -> Nanoseconds {
        switch self {
        case .raw: max(60 * .perSecond, 600 * interval)
        case .second: 600 * .perSecond
        case .tenSeconds: 3600 * .perSecond
        case .minute: 6 * 3600 * .perSecond
        }
    }

    /// The next finer one that is kept where windows are so long; nil for `raw`.
    func finer(interval: Nanoseconds) -> Tier? {
        Tier.allCases.last { $0 < self && $0.isKept(interval: interval) }
    }

    /// Whether it says anything that `raw` does not.
    func isKept(interval: Nanoseconds) -> Bool { self == .raw || length > interval }

    package static func < (left: Tier, right: Tier) -> Bool { left.rawValue < right.rawValue }

    /// Makes samples of this length out of finer ones of one component, in their order. A sample belongs where its middle lies.
    package func fold(_ samples: [RecordedSample]) -> [RecordedSample] {
        guard self != .raw else { return samples }
        var folded: [RecordedSample] = []
        var last: Int64?
        for sample in samples {
            let bucket = (sample.end - sample.length / 2) / length
            if bucket == last {
                folded[folded.count - 1].fold(sample)
            } else {
                folded.append(sample)
                last = bucket
            }
        }
        return folded
    }
}
