package import MeteModel

/// What has to be known to read the figures of a part of a recording: what was lost, not measured, not covered or given up. Stands in
/// every export; what is damaged is known only when the part has been read.
package struct RecordingCaveats {
    package let texts: [String]

    /// So many times without a window are told one by one.
    private static let mostGaps = 3

    package init(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws(StoreError) {
        var texts = Self.sessions(reader.sessions, part, interval: reader.interval)
        let machine = try Self.machine(reader, part)
        let lost = try Self.lost(reader, part, machine)
        if lost > 0 { texts.append(Self.lost(lost)) }
        let brief = machine.reduce(0) { $0 &+ $1[.briefProcesses] }
        if brief > 0 {
            texts.append("\(brief) processes that lived less than a window and used next to nothing are only counted")
        }
        let gaps = try reader.gaps(in: part)
        for gap in gaps.prefix(Self.mostGaps) {
            let cause = reader.interruptions.first { $0.start < gap.upperBound && $0.end > gap.lowerBound }?.cause
            texts.append(
                "nothing was recorded from \(Self.time(gap.lowerBound)) to \(Self.time(gap.upperBound))"
                    + (cause.map { ": \($0)" } ?? ""))
        }
        if gaps.count > Self.mostGaps {
            texts.append("and \(gaps.count - Self.mostGaps) more times in which nothing was recorded")
        }
        if reader.isFirstVersion {
            texts.append("an earlier mete recorded it, without devices, sockets, disturbances, threads and processes")
        } else if let since = reader.detailsSince, since > part.lowerBound + reader.interval {
            texts.append(
                "devices, sockets, disturbances and threads of single windows are kept from \(Self.time(since)) on")
        }
        self.texts = texts
    }

    private static func time(_ nanoseconds: Int64) -> String { CivilTime(nanosecondsSince1970: nanoseconds).iso8601 }

    package static func lost(_ count: Int64) -> String {
        "\(count) records, requests or calls were lost, came late or are not attributed"
    }

    /// - Parameter interval: of a window: the first may have begun a little before its session.
    package static func sessions(
        _ sessions: [RecordedSession], _ part: ClosedRange<Int64>, interval: Nanoseconds = 0
    ) -> [String] {
        var texts: [String] = []
        if sessions.first.map({ part.lowerBound + interval < $0.start }) ?? true {
            let until = sessions.first.map { " before \(time($0.start))" } ?? ""
            texts.append("the recording does not say what was not traced\(until): a 0 there may mean that")
        }
        for (index, session) in sessions.enumerated() {
            let end = index + 1 < sessions.count ? sessions[index + 1].start : .max
            guard session.start < part.upperBound, end > part.lowerBound else { continue }
            let since = index > 0 ? " since \(time(session.start))" : ""
            // Calls are counted where somebody asks for them: that nobody did is nothing to warn of.
            let untraced = session.untraced.filter { !$0.hasPrefix("calls.") }
            if !untraced.isEmpty {
                texts.append("not traced\(since), and absent here: \(untraced.joined(separator: ", "))")
            }
            if let length = session.interval, interval > 0, length != interval {
                texts.append(
                    "a window is of \(Double(length) / 1e9) s\(since), where others are of \(Double(interval) / 1e9) s")
            }
            for caveat in session.caveats where !texts.contains(caveat) { texts.append(caveat) }
        }
        return texts
    }

    // MARK: Losses

    /// Longer parts are looked at minute by minute.
    private static let longest: Nanoseconds = 3 * 3600 * .perSecond

    private static func machine(
        _ reader: StoreReader, _ part: ClosedRange<Int64>
    ) throws(StoreError) -> [RecordedSample] {
        let (length, isOverflown) = part.upperBound.subtractingReportingOverflow(part.lowerBound)
        if !isOverflown, length <= longest {
            let samples = try reader.samples(of: nil, in: part, tier: .raw)
            // Single windows may have been given up.
            if !samples.isEmpty { return samples }
        }
        return try reader.samples(of: nil, in: part, tier: .minute)
    }

    private static func lost(
        _ reader: StoreReader, _ part: ClosedRange<Int64>, _ machine: [RecordedSample]
    ) throws(StoreError) -> Int64 {
        var losses = try LossCount(reader, before: part.lowerBound)
        var sum: Int64 = 0
        for sample in machine { sum += losses.lost(in: sample) }
        return sum
    }
}
