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
}
