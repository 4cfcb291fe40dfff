import MeteModel

/// The axis of time, in UTC.
struct TimeScale: Equatable {
    struct Tick: Equatable {
        /// Nanoseconds since 1970.
        var time: Int64
        var label: String
    }

    let range: ClosedRange<Int64>
    let ticks: [Tick]

    private static let steps: [Int64] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
        1_209_600, 2_592_000, 7_776_000, 31_536_000,
    ]

    /// - Parameter most: how many marks there may be.
    init(_ range: ClosedRange<Int64>, marks most: Int = 7) {
        self.range = range
        let seconds = (range.upperBound - range.lowerBound) / .perSecond
        let step = (Self.steps.first { seconds / $0 < most } ?? (seconds / Int64(most))) * .perSecond
        var ticks: [Tick] = []
        var time = range.lowerBound - ((range.lowerBound % step) + step) % step
        while time <= range.upperBound {
            if time >= range.lowerBound { ticks.append(Tick(time: time, label: Self.label(time, step: step))) }
            time += step
        }
        self.ticks = ticks
    }

    /// From 0 at the beginning to 1 at the end.
    func position(_ time: Int64) -> Double {
        Double(time - range.lowerBound) / Double(max(1, range.upperBound - range.lowerBound))
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func label(_ time: Int64, step: Int64) -> String {
        let civil = CivilTime(nanosecondsSince1970: time)
        if step >= 86_400 * .perSecond || civil.hour == 0 && civil.minute == 0 && civil.second == 0 {
            return "\(civil.day) \(months[Int(civil.month) - 1])"
        }
        return step < 60 * .perSecond ? civil.time : String(civil.time.prefix(5))
    }
}
