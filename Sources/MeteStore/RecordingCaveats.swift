import MeteModel

/// What has to be known to read the figures of a part of a recording; stands in every export.
package struct RecordingCaveats {
    /// In the order of time.
    package let texts: [String]

    package init(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws(StoreError) {
        var texts = Self.sessions(reader.sessions, part)
        let lost = try Self.lost(reader, part)
        if lost > 0 {
            texts.append("\(lost) records, requests or calls were lost, came late or are not attributed")
        }
        self.texts = texts
    }

    package static func sessions(_ sessions: [RecordedSession], _ part: ClosedRange<Int64>) -> [String] {
        var texts: [String] = []
        if sessions.first.map({ part.lowerBound < $0.start }) ?? true {
            let until = sessions.first.map { " before \(CivilTime(nanosecondsSince1970: $0.start).iso8601)" } ?? ""
            texts.append("the recording does not say what was not traced\(until): a 0 there may mean that")
        }
        for (index, session) in sessions.enumerated() {
            let end = index + 1 < sessions.count ? sessions[index + 1].start : .max
            guard session.start < part.upperBound, end > part.lowerBound else { continue }
            let since = index > 0 ? " since \(CivilTime(nanosecondsSince1970: session.start).iso8601)" : ""
            if !session.untraced.isEmpty {
                texts.append("not traced\(since), and absent here: \(session.untraced.joined(separator: ", "))")
            }
            for caveat in session.caveats where !texts.contains(caveat) { texts.append(caveat) }
        }
        return texts
    }

    /// The counter begins anew with each session.
    private static func lost(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws(StoreError) -> Int64 {
        var sum: Int64 = 0
        var before: Int64 = 0
        for sample in try reader.samples(of: nil, in: part, tier: .minute) {
            let now = sample[.lost]
            sum += now >= before ? now - before : now
            before = now
        }
        return sum
    }
}
