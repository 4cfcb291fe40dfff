import MeteModel
import MeteStore

/// A range of time cut into equal pieces, which samples are gathered into: as many as a chart can show.
struct Bins: Equatable {
    static let most = 240

    let range: ClosedRange<Int64>
    let count: Int

    /// - Parameter interval: length of a window; a bin is no shorter.
    init(_ range: ClosedRange<Int64>, interval: Nanoseconds) {
        self.range = range
        let length = max(1, range.upperBound - range.lowerBound)
        count = min(Self.most, max(1, Int((length + interval / 2) / max(1, interval))))
    }

    func index(of time: Int64) -> Int? {
        guard range.contains(time) else { return nil }
        let length = max(1, range.upperBound - range.lowerBound)
        return min(count - 1, Int(Double(time - range.lowerBound) / Double(length) * Double(count)))
    }

    /// Where a bin begins; with `count` where the last one ends.
    func start(of index: Int) -> Int64 {
        range.lowerBound + Int64(Double(range.upperBound - range.lowerBound) * Double(index) / Double(count))
    }

    /// The resolution of a recording that gives a bin ten samples or more, or the finest.
    func tier(interval: Nanoseconds) -> Tier {
        let length = (range.upperBound - range.lowerBound) / Int64(count)
        return Tier.allCases.last { $0 == .raw || $0.length > interval && $0.length * 10 <= length } ?? .raw
    }
}

/// One metric of one component over the bins: nothing where nothing was recorded or counted.
typealias Series = [Double?]
