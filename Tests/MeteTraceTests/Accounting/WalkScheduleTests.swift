import MeteModel
import Testing

@testable import MeteTrace

/// Whose page tables are walked, and how much of the time that takes.
struct WalkScheduleTests {
    private static let megabyte: UInt64 = 1 << 20

    private func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * .perMillisecond) }

    private func walk(at milliseconds: Int64, cost: Nanoseconds = 1000, resident: UInt64) -> WalkSchedule.Walk {
        WalkSchedule.Walk(end: at(milliseconds), cost: cost, resident: resident, isComplete: true)
    }

    private func order(_ candidates: [WalkSchedule.Candidate], now: Instant) -> [UInt32] {
        var schedule = WalkSchedule()
        schedule.earn(.perSecond)
        var found: [UInt32] = []
        while let pid = schedule.next(now: now, of: { found.isEmpty ? candidates : [] }) { found.append(pid) }
        return found
    }

    @Test func whatWasNeverWalkedComesFirstThenWhatChangedMost() {
        let candidates = [
            WalkSchedule.Candidate(
                pid: 1, resident: 100 * Self.megabyte, last: walk(at: 0, resident: 100 * Self.megabyte)),
            WalkSchedule.Candidate(
                pid: 2, resident: 30 * Self.megabyte, last: walk(at: 0, resident: 10 * Self.megabyte)),
            WalkSchedule.Candidate(pid: 3, resident: 30 * Self.megabyte),
            WalkSchedule.Candidate(
                pid: 4, resident: 10 * Self.megabyte, last: walk(at: 0, resident: 50 * Self.megabyte)),
        ]
        #expect(order(candidates, now: at(1000)) == [3, 4, 2, 1])
    }

    @Test func whatStaysTheSameHasItsTurnToo() {
        let old = WalkSchedule.Candidate(
            pid: 1, resident: 10 * Self.megabyte, last: walk(at: 0, resident: 10 * Self.megabyte))
        let busy = WalkSchedule.Candidate(
            pid: 2, resident: 10 * Self.megabyte, last: walk(at: 299_000, resident: 20 * Self.megabyte))
        #expect(order([old, busy], now: at(300_000)) == [1, 2])
    }

    @Test func aProcessIsWalkedForAThousandthOfTheTime() {
        let last = walk(at: 0, cost: 10 * .perMillisecond, resident: Self.megabyte)
        let candidate = WalkSchedule.Candidate(pid: 1, resident: 2 * Self.megabyte, last: last)
        #expect(order([candidate], now: at(9_999)).isEmpty)
        #expect(order([candidate], now: at(10_000)) == [1])
    }

    @Test func theLargestAndTheEmptyAreNotWalked() {
        let candidates = [
            WalkSchedule.Candidate(pid: 1, resident: WalkSchedule.mostResident + 1),
            WalkSchedule.Candidate(pid: 2, resident: WalkSchedule.mostResident),
            WalkSchedule.Candidate(pid: 3, resident: 0),
        ]
        #expect(order(candidates, now: at(1)) == [2])
    }

    /// Walks of every length, windows of every length: the share holds over any long time.
    @Test(arguments: [10, 100, 1000] as [Nanoseconds], [1, 900] as [Nanoseconds])
    func allTogetherGetAHundredthOfTheTime(windowMilliseconds: Nanoseconds, costMilliseconds: Nanoseconds) {
        var schedule = WalkSchedule()
        var now = at(0)
        var spent: Nanoseconds = 0
        let length = 1000 * Nanoseconds.perSecond
        while now.nanoseconds < length {
            now = Instant(nanoseconds: now.nanoseconds + windowMilliseconds * .perMillisecond)
            schedule.earn(windowMilliseconds * .perMillisecond)
            while schedule.next(now: now, of: { [WalkSchedule.Candidate(pid: 1, resident: Self.megabyte)] }) != nil {
                spent += costMilliseconds * .perMillisecond
                schedule.pay(costMilliseconds * .perMillisecond)
            }
        }
        let share = Double(spent) / Double(length)
        #expect(share > 0.008 && share < 0.011, "\(share)")
    }
}
