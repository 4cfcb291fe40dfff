import MeteModel
import MetePartition
import Testing

struct GuaranteeWatchTests {
    static let window: Nanoseconds = 100 * .perMillisecond

    /// Feeds windows of the same kind and returns the last verdict.
    static func watch(
        run: Double, wait: Double, guarantee: Double, windows: Int = 10, into watch: inout GuaranteeWatch
    ) -> GuaranteeWatch.Verdict {
        var verdict = GuaranteeWatch.Verdict(state: .idle, entitled: 0, got: 0, demand: 0)
        for _ in 0..<windows {
            let usage = CPUUsage(
                runTime: Nanoseconds(run * Double(window)), runQueueDelay: Nanoseconds(wait * Double(window)))
            verdict = watch.observe(usage, length: window, guarantee: guarantee)
        }
        return verdict
    }

    struct Example: CustomTestStringConvertible {
        var name: String
        var run: Double
        var wait: Double
        var guarantee: Double
        var state: GuaranteeWatch.State

        var testDescription: String { name }
    }

    @Test(arguments: [
        Example(
            name: "a busy thread that gets half of what it was promised", run: 0.25, wait: 0.75, guarantee: 0.5,
            state: .breached),
        Example(
            name: "a busy thread that gets what it was promised and wants more", run: 0.5, wait: 0.5, guarantee: 0.5,
            state: .met),
        Example(name: "an idle component", run: 0.001, wait: 0, guarantee: 0.5, state: .idle),
        // Runnable for a fifth of the time, running for 90 % of that: well above half.
        Example(name: "a light component with short waits", run: 0.18, wait: 0.02, guarantee: 0.5, state: .met),
        // Runnable for a fifth of the time, running for 15 % of that.
        Example(name: "a light component that mostly waits", run: 0.03, wait: 0.17, guarantee: 0.5, state: .breached),
        Example(name: "eight threads that share their guarantee", run: 0.5, wait: 7.5, guarantee: 0.5, state: .met),
        Example(name: "eight threads below their guarantee", run: 0.3, wait: 7.7, guarantee: 0.5, state: .breached),
        Example(name: "no guarantee", run: 0, wait: 1, guarantee: 0, state: .met),
        Example(
            name: "two cores promised, one and a half delivered", run: 1.5, wait: 6, guarantee: 2, state: .breached),
    ])
    func judgesASecond(_ example: Example) {
        var watch = GuaranteeWatch()
        let verdict = Self.watch(run: example.run, wait: example.wait, guarantee: example.guarantee, into: &watch)
        #expect(verdict.state == example.state, "\(verdict)")
    }

    @Test func aBreachThatLastsCountsOncePerSecond() {
        var watch = GuaranteeWatch()
        _ = Self.watch(run: 0.1, wait: 0.9, guarantee: 0.5, windows: 35, into: &watch)
        #expect(watch.breaches == 3)
    }

    @Test func lessThanASecondIsNoBreach() {
        var watch = GuaranteeWatch()
        let verdict = Self.watch(run: 0, wait: 1, guarantee: 0.5, windows: 9, into: &watch)
        #expect(verdict.state == .met)
        #expect(watch.breaches == 0)
    }

    @Test func onlyTheLastSecondCounts() {
        var watch = GuaranteeWatch()
        _ = Self.watch(run: 0.1, wait: 0.9, guarantee: 0.5, windows: 50, into: &watch)
        let verdict = Self.watch(run: 0.5, wait: 0.5, guarantee: 0.5, windows: 10, into: &watch)
        #expect(verdict.state == .met)
        #expect(verdict.got > 0.499)
    }

    @Test func aCorrectionGrowsWhileBreachedAndFallsBackAfterwards() {
        var correction = ShareCorrection()
        let breached = GuaranteeWatch.Verdict(state: .breached, entitled: 0.5, got: 0.4, demand: 1)
        correction.observe(breached)
        #expect(correction.factor == 1.25)
        for _ in 0..<100 { correction.observe(breached) }
        #expect(correction.factor == ShareCorrection.most)
        for _ in 0..<300 {
            correction.observe(GuaranteeWatch.Verdict(state: .met, entitled: 0.5, got: 0.5, demand: 1))
        }
        #expect(correction.factor == 1)
    }
}
