package import MeteModel

/// A range cut where windows of every resolution end, each piece about as long as a block of the recording.
package struct Stretches: Sequence, IteratorProtocol {
    private let end: Int64
    private let length: Int64
    private var rest: Int64?

    package init(_ range: ClosedRange<Int64>, tier: Tier, interval: Nanoseconds) {
        let grain: Nanoseconds = 600 * .perSecond
        let wanted = Swift.max(600 * tier.length, 600 * interval)
        length = Swift.max(1, (wanted + grain - 1) / grain) * grain
        rest = range.lowerBound
        end = range.upperBound
    }

    package mutating func next() -> ClosedRange<Int64>? {
        guard let start = rest else { return nil }
        // Rounded down, also before 1970.
        let begin = start - ((start % length) + length) % length
        let last = Swift.min(end, begin + length - 1)
        rest = last < end ? last + 1 : nil
        return start...last
    }
}
