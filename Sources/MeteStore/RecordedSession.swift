import Foundation
package import MeteModel

/// What one run of `mete record` could see: a recording may be of several.
package struct RecordedSession: Codable, Equatable, Sendable {
    /// Nanoseconds since 1970: windows that end later are of this run, until the next one.
    package var start: Int64
    /// Of mete.
    package var version: String
    /// Metrics by name that were not traced, so that a 0 of theirs means nothing.
    package var untraced: [String]
    /// What has to be known to read the figures: probes that the kernel lacks, for a start.
    package var caveats: [String]
    /// Of windows, in nanoseconds; nil in recordings that do not say.
    package var interval: Nanoseconds?
    /// The last metric that this version of mete knew; nil in recordings of those that knew `lastUntold` at the most.
    package var lastMetric: Int?
    /// Whether it is the same run as the session before, which only changed its mind: what it counts goes on.
    package var isSameRun: Bool?

    package init(
        start: Int64, version: String, untraced: [String], caveats: [String], interval: Nanoseconds? = nil
    ) {
        self.start = start
        self.version = version
        self.untraced = untraced
        self.caveats = caveats
        self.interval = interval
        lastMetric = Metric.allCases.map(\.rawValue).max()
    }

    private static let lastUntold = Metric.walked.rawValue

    func traced(_ metric: Metric) -> Bool {
        metric.rawValue <= lastMetric ?? Self.lastUntold && !untraced.contains(metric.name)
    }

    /// Names of the facts that hold sessions begin so; the start follows.
    static let factPrefix = "session "

    /// In the order of their beginning.
    static func all(in facts: [String: String]) -> [RecordedSession] {
        facts.filter { $0.key.hasPrefix(factPrefix) }
            .compactMap { try? JSONDecoder().decode(RecordedSession.self, from: Data($0.value.utf8)) }
            .sorted { $0.start < $1.start }
    }
}

extension [RecordedSession] {
    /// Whether what the sample says of a metric was measured. In a recording that does not say, everything was.
    package func traced(_ metric: Metric, in sample: RecordedSample) -> Bool {
        last(where: { $0.start < sample.end })?.traced(metric) ?? true
    }
}

extension RecordedSample {
    /// What is known of a metric: nothing where it was not traced, nor of quantiles where there was nothing to count.
    package func value(of metric: Metric, _ sessions: [RecordedSession]) -> Int64? {
        let value = self[metric]
        if value != 0 { return value }
        return metric.isQuantile || metric.isOccasional || !sessions.traced(metric, in: self) ? nil : value
    }
}
