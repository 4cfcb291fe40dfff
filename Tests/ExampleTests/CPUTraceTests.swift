import Testing

@testable import redis_beside_hogs

struct CPUTraceTests {
    private let millisecond: Int64 = 1_000_000

    /// Samples every 100 ms; each number is the share of a core used in that step.
    private func trace(_ shares: [Double]) -> CPUTrace {
        var trace = CPUTrace()
        var used = 0.0
        trace.record(time: 0, used: 0)
        for (step, share) in shares.enumerated() {
            used += share * 100
            trace.record(time: Int64(step + 1) * 100 * millisecond, used: Int64(used) * millisecond)
        }
        return trace
    }

    @Test
    func aGapAcrossTwoWholeSecondsIsFound() {
        // Seconds from 0 and from 1 have a half each; the second from 0.5 has nothing.
        let shares = Array(repeating: 1.0, count: 5) + Array(repeating: 0, count: 10) + Array(repeating: 1, count: 5)
        #expect(trace(shares).leastShareInAnySecond == 0)
    }

    @Test
    func aSteadyShareIsItsOwnLeast() {
        #expect(trace(Array(repeating: 0.5, count: 40)).leastShareInAnySecond == 0.5)
    }

    @Test
    func lateSamplesAreWeighedByTheTimeThatPassed() {
        var trace = CPUTrace()
        trace.record(time: 0, used: 0)
        trace.record(time: 2000 * millisecond, used: 500 * millisecond)
        #expect(trace.leastShareInAnySecond == 0.25)
        #expect(trace.wallSeconds == 2)
        #expect(trace.usedSeconds == 0.5)
    }

    @Test
    func lessThanASecondHasNoAnswer() {
        #expect(trace([1, 1]).leastShareInAnySecond == nil)
    }
}
