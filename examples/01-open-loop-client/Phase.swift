import ArgumentParser

/// A stretch of time with one request rate, written `DURATION@RATE`: `10s@2000`, `500ms@100`, `1m@0.5`.
struct Phase: Equatable {
    /// As it was written; the report calls the phase by it.
    let name: String
    let nanoseconds: Int64
    /// Requests per second.
    let rate: Double

    init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let rate = Double(parts[1]), rate > 0, rate <= Self.maximumRate,
            let nanoseconds = Self.nanoseconds(of: parts[0])
        else { return nil }
        self.name = text
        self.nanoseconds = nanoseconds
        self.rate = rate
    }

    /// Arrivals are placed on whole nanoseconds; beyond this rate they would not be distinct enough to be honest.
    private static let maximumRate = 10_000_000.0
    private static let units: [(suffix: String, nanoseconds: Double)] = [("ms", 1e6), ("s", 1e9), ("m", 60e9)]

    private static func nanoseconds(of text: Substring) -> Int64? {
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let amount = Double(text.dropLast(unit.suffix.count)), amount > 0
        else { return nil }
        let day = 86_400e9
        let span = amount * unit.nanoseconds
        return span >= 1 && span <= day ? Int64(span) : nil
    }
}

extension Phase {
    /// For an option of the command line.
    init(parsing text: String) throws {
        guard let phase = Phase(text) else {
            throw ValidationError(
                "\"\(text)\" is not DURATION@RATE: a duration in ms, s or m of a day at most, and requests per second above 0 "
                    + "and up to \(Int(Self.maximumRate)), such as 10s@2000")
        }
        self = phase
    }
}
