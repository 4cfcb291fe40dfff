/// Numbers as people read them.
package enum Figure {
    /// `value` with exactly `places` decimals, rounded to nearest; `?` for what is not a number of ordinary size.
    package static func fixed(_ value: Double, _ places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        guard let scaled = Int64(exactly: (value * scale).rounded()) else { return "?" }
        let digits = String(scaled.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = scaled < 0 ? "-" : ""
        return places == 0 ? sign + padded : "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    /// A span in the two largest units that say it: `100 ms`, `42 s`, `3 min 20 s`, `5 h 12 min`, `2 d 4 h`.
    package static func span(_ seconds: Double) -> String {
        guard seconds > 0 else { return "0 s" }
        guard seconds >= 1 else { return "\(fixed(seconds * 1000, 0)) ms" }
        guard let whole = Int64(exactly: seconds.rounded(.down)) else { return "?" }
        let (days, hours, minutes) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes) min" }
        return minutes > 0 ? "\(minutes) min \(whole % 60) s" : "\(whole) s"
    }

    /// A duration in three digits with its unit: `850ns`, `4.2us`, `12ms`, `1.5s`; a dash for none.
    package static func duration(_ nanoseconds: Int64?) -> String {
        guard let nanoseconds else { return "\u{2013}" }
        return short(Double(nanoseconds), ["ns", "us", "ms", "s"], step: 1000)
    }

    /// An amount of bytes in three digits with its unit, in powers of 1024: `512`, `4.2K`, `12M`.
    package static func bytes(_ bytes: Double) -> String {
        short(bytes, ["", "K", "M", "G", "T", "P"], step: 1024)
    }

    private static func short(_ value: Double, _ units: [String], step: Double) -> String {
        var value = value
        var unit = 0
        while value >= step * 0.9995, unit < units.count - 1 {
            value /= step
            unit += 1
        }
        let isWhole = unit == 0 || value >= 9.95
        return fixed(value, isWhole ? 0 : 1) + units[unit]
    }
}
