import MeteModel
import SeededRandom
import Testing

@testable import MeteReport

struct ScaleTests {
    @Test(arguments: [
        (2.0, Quantity.cores, ["0", "0.5", "1.0", "1.5", "2.0"], "cores"),
        (0.013, .cores, ["0", "0.005", "0.010", "0.015"], "cores"),
        (64, .cores, ["0", "20", "40", "60", "80"], "cores"),
        (3 * 1_048_576, .bytesPerSecond, ["0", "1", "2", "3"], "MiB/s"),
        (700, .bytes, ["0", "200", "400", "600", "800"], "B"),
    ]) func marksAreRoundNumbers(most: Double, quantity: Quantity, labels: [String], unit: String) {
        let scale = Scale(upTo: most, quantity)
        #expect(scale.ticks.map(\.label) == labels)
        #expect(scale.unit == unit)
    }

    /// Whatever the highest value: it is on the axis, which is not much longer, and its marks are evenly apart.
    @Test func everyValueIsOnItsAxis() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<2000 {
            let most = Double(random.next() % 1_000_000 + 1) / Double(random.next() % 100_000 + 1)
            let scale = Scale(upTo: most, .cores)
            #expect(scale.upper >= most * (1 - 1e-9) && scale.upper <= most * 2 + 1e-9, "\(most)")
            #expect((2...7).contains(scale.ticks.count), "\(most): \(scale.ticks.count)")
            #expect(scale.position(0) == 0 && scale.position(scale.upper) == 1)
            #expect(Set(scale.ticks.map(\.label)).count == scale.ticks.count, "\(most): \(scale.ticks)")
        }
    }

    @Test func nothingButZeroesHasAnAxisToo() {
        #expect(Scale(upTo: 0, .cores).upper > 0)
        #expect(Scale(upTo: .nan, .cores).upper.isFinite)
    }

    @Test func durationsAreOnPowersOfTen() {
        let scale = Scale(durations: 640...2_100_000)
        #expect(scale.ticks.map(\.label) == ["100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms"])
        #expect(abs(scale.position(10_000) - 0.4) < 1e-6)
        #expect(abs(scale.position(31_623) - 0.5) < 1e-4)
        #expect(scale.position(1) == 0 && scale.position(1e12) == 1)
        #expect(Scale(durations: 1000...1000).upper > Scale(durations: 1000...1000).lower)
        #expect(Scale(durations: 1...1e12).ticks.count <= 6)
    }

    private static let begin: Int64 = 1_800_000_000 * .perSecond

    @Test func timesAreMarkedWhereTheClockIsRound() {
        let hour = TimeScale(Self.begin + 125 * .perSecond...Self.begin + 3725 * .perSecond)
        #expect(hour.ticks.map(\.label) == ["08:10", "08:20", "08:30", "08:40", "08:50", "09:00"])
        let week = TimeScale(Self.begin...Self.begin + 7 * 86_400 * .perSecond, marks: 8)
        #expect(week.ticks.map(\.label) == ["16 Jan", "17 Jan", "18 Jan", "19 Jan", "20 Jan", "21 Jan", "22 Jan"])
        let moment = TimeScale(Self.begin...Self.begin + 3 * .perSecond)
        #expect(moment.ticks.map(\.label) == ["08:00:00", "08:00:01", "08:00:02", "08:00:03"])
        let night = TimeScale(Self.begin + 15 * 3600 * .perSecond...Self.begin + 17 * 3600 * .perSecond)
        #expect(night.ticks.map(\.label).contains("16 Jan"), "midnight is a date: \(night.ticks.map(\.label))")
    }

    @Test func anyRangeHasFewMarks() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<500 {
            let length = Int64(random.next() % 40_000_000 + 1) * .perSecond / Int64(random.next() % 1000 + 1)
            let scale = TimeScale(Self.begin...Self.begin + length)
            #expect(scale.ticks.count <= 9, "\(length)")
            #expect(scale.ticks.allSatisfy { scale.range.contains($0.time) })
        }
    }

    @Test(arguments: [
        (Quantity.duration, 640.0, "640 ns"), (.duration, 2_100_000, "2.10 ms"), (.bytes, 1536, "1.50 KiB"),
        (.cores, 0.25, "0.250 cores"), (.cores, 0, "0 cores"), (.cpuSeconds, 76_371.2, "76\u{2009}371 s"),
        (.count, 7, "7.00"),
        (.bytesPerSecond, 5e6, "4.77 MiB/s"), (.cores, .infinity, "? cores"),
    ]) func quantitiesAreSaidWithTheirUnit(quantity: Quantity, value: Double, text: String) {
        #expect(quantity.said(value) == text)
    }
}
