/// How much was lost, window by window: `Metric.lost` runs on from the beginning of each run of mete.
package struct LossCount {
    private let sessions: [RecordedSession]
    private var before: RecordedSample?

    /// - Parameter time: where counting begins, nanoseconds since 1970; what was lost until then counts nowhere.
    /// - Throws: `StoreError`.
    package init(_ reader: StoreReader, before time: Int64) throws(StoreError) {
        sessions = reader.sessions
        before = try Self.last(reader, before: time)
    }

    /// What was lost in a window of the machine, the next after the one before.
    package mutating func lost(in sample: RecordedSample) -> Int64 {
        defer { before = sample }
        guard let before, run(of: before) == run(of: sample), sample[.lost] >= before[.lost] else {
            return sample[.lost]
        }
        return sample[.lost] - before[.lost]
    }

    private func run(of sample: RecordedSample) -> Int? {
        sessions.prefix { $0.start < sample.end }.lastIndex { $0.isSameRun != true }
    }

    /// The machine's last sample whose middle lies before a time.
    private static func last(_ reader: StoreReader, before time: Int64) throws(StoreError) -> RecordedSample? {
        guard let first = try reader.range()?.lowerBound, first < time else { return nil }
        let near = max(first, time - 100 * reader.interval)
        if let sample = try reader.samples(of: nil, in: near...(time - 1), tier: .raw).last { return sample }
        return try reader.samples(of: nil, in: first...(time - 1), tier: .minute).last
    }
}
