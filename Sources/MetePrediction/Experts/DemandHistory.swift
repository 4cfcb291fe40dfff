/// The last 512 demands, the latest first, so that any run of them is contiguous.
///
/// A ring that is written twice, half its length apart: `demand(0)` is the latest and `demand(k)` that of k ticks before, and
/// both lie at one place plus k whatever the ring's position. 4 KiB.
struct DemandHistory: Sendable {
    static let capacity = 512

    private var ring = [Float](repeating: 0, count: 2 * capacity)
    /// Where the latest stands.
    private var head = 0
    /// Demands that were pushed, at most `capacity`.
    private(set) var count = 0

    /// Takes in the next demand, and forgets the oldest.
    mutating func push(_ demand: Float) {
        head = head == 0 ? Self.capacity - 1 : head - 1
        ring[head] = demand
        ring[head + Self.capacity] = demand
        count = min(count + 1, Self.capacity)
    }

    /// The demand of `age` ticks before the latest; the oldest known for ages beyond it, 0 when none is.
    func demand(_ age: Int) -> Float {
        count > 0 ? ring[head + min(age, count - 1)] : 0
    }

    /// The last 16, the latest first; the oldest known stands for those before it.
    var latest: SIMD16<Float> {
        if count >= 16 {
            return ring.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: head * MemoryLayout<Float>.stride, as: SIMD16<Float>.self)
            }
        }
        var lags = SIMD16<Float>.zero
        for lane in 0..<16 { lags[lane] = demand(lane) }
        return lags
    }

    /// Calls `body` with the demands, the latest first.
    func withLatestFirst<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
        ring.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[head..<head + count])) }
    }
}
