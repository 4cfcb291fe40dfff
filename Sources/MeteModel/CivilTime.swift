/// A time of day in UTC, from nanoseconds since 1970, without any calendar but the Gregorian one.
package struct CivilTime: Equatable, Sendable {
    package var year: Int64
    package var month: Int64
    package var day: Int64
    package var hour: Int64
    package var minute: Int64
    package var second: Int64
    package var nanosecond: Int64

    package init(nanosecondsSince1970 time: Int64) {
        let (seconds, fraction) = Self.floored(time, .perSecond)
        let (days, rest) = Self.floored(seconds, 86_400)
        // Days since the first of March of year 0, so that a leap day ends its year: eras of 400 years, then years, then months.
        let (era, dayOfEra) = Self.floored(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        nanosecond = fraction
    }

    private static func floored(_ value: Int64, _ unit: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: unit)
        return rest < 0 ? (quotient - 1, rest + unit) : (quotient, rest)
    }

    /// `2027-01-15`.
    package var date: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))" }

    /// `08:00:00`.
    package var time: String { "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))" }

    /// ISO 8601 with nanoseconds: `2027-01-15T08:00:00.000000000Z`.
    package var iso8601: String { "\(date)T\(time).\(Self.padded(nanosecond, 9))Z" }

    private static func padded(_ number: Int64, _ places: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, places - digits.count)) + digits
    }
}
