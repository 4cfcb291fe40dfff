/// What a number of a report is of: how it is divided on an axis, and how it is said.
enum Quantity: Sendable {
    case cores
    case bytes
    case bytesPerSecond
    /// In nanoseconds.
    case duration
    /// In seconds of CPU time.
    case cpuSeconds
    case count
    /// A part of a whole, said in per cent.
    case share

    private static let binary: [(factor: Double, unit: String)] = [
        (1, "B"), (1024, "KiB"), (1_048_576, "MiB"), (1_073_741_824, "GiB"), (1_099_511_627_776, "TiB"),
    ]
    private static let times: [(factor: Double, unit: String)] = [
        (1, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s"),
    ]

    /// By what numbers up to `most` are divided, and what they are then.
    func scale(most: Double) -> (factor: Double, unit: String) {
        switch self {
        case .cores: (1, "cores")
        case .cpuSeconds: (1, "s")
        case .count: (1, "")
        case .share: (0.01, "%")
        case .bytes: Self.binary.last { most >= $0.factor } ?? Self.binary[0]
        case .bytesPerSecond:
            (Quantity.bytes.scale(most: most).factor, Quantity.bytes.scale(most: most).unit + "/s")
        case .duration: Self.times.last { most >= $0.factor } ?? Self.times[0]
        }
    }

    /// With its unit, in three digits or so: `1.25 cores`, `82 µs`.
    func said(_ value: Double) -> String {
        let (factor, unit) = scale(most: value.magnitude)
        return "\(Self.rounded(value / factor))\(unit.isEmpty ? "" : " \(unit)")"
    }

    /// Three significant digits, and all that are before the point; `0` for 0.
    static func rounded(_ value: Double) -> String {
        guard value.isFinite else { return "?" }
        let places =
            value.magnitude >= 99.95 || value == 0
            ? 0 : value.magnitude >= 9.995 ? 1 : value.magnitude >= 0.0005 ? 2 : 4
        return fixed(value, value.magnitude < 1 && value != 0 ? max(3, places) : places)
    }

    /// With thin spaces between thousands, from five digits on.
    private static func grouped(_ digits: String) -> String {
        guard digits.count > 4 else { return digits }
        let head = digits.count % 3
        var groups = head > 0 ? [String(digits.prefix(head))] : []
        var rest = digits.dropFirst(head)
        while !rest.isEmpty {
            groups.append(String(rest.prefix(3)))
            rest = rest.dropFirst(3)
        }
        return groups.joined(separator: "\u{2009}")
    }

    /// With exactly so many places.
    static func fixed(_ value: Double, _ places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        guard let scaled = Int64(exactly: (value * scale).rounded()) else { return "?" }
        let digits = String(scaled.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = scaled < 0 ? "\u{2212}" : ""
        return places == 0 ? sign + grouped(padded) : "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }
}
