import MeteModel
import MeteStore

/// What each component did in the windows of one part of a recording; nil is the machine.
struct ComparedPart {
    private(set) var windows: [ComponentID?: [MetricWindows]] = [:]
    /// Of a component that is not there.
    private(set) var absent: [MetricWindows]

    /// Of nothing.
    init(_ metrics: [Metric]) { absent = metrics.map { MetricWindows($0) } }

    init(_ reader: StoreReader, _ part: ClosedRange<Int64>, _ metrics: [Metric]) throws {
        self.init(metrics)
        let isLong = part.upperBound - part.lowerBound > 3 * 3600 * .perSecond
        let tier: Tier = isLong ? .tenSeconds : .raw
        let least = max(reader.interval, tier.length) / 2
        let components = [nil] + reader.components.map { Optional($0) }
        var losses = try LossCount(reader, before: part.lowerBound)
        // However long it is, a stretch of it is in memory at a time.
        for stretch in Stretches(part, tier: tier, interval: reader.interval) {
            let found = try reader.samples(in: stretch, tier: tier)
            var machine = found[nil] ?? []
            for index in machine.indices { machine[index][.lost] = losses.lost(in: machine[index]) }
            for component in components {
                let isNew = windows[component] == nil
                guard let samples = found[component] ?? (isNew ? nil : []) else { continue }
                // Where it comes into the recording it has done nothing until then.
                var all = windows[component] ?? absent
                Self.add(component == nil ? machine : samples, to: &all, machine, reader.sessions, least)
                windows[component] = all
            }
            Self.add([], to: &absent, machine, reader.sessions, least)
        }
    }

    /// A value for each window of the machine: of a component there are those in which it did something.
    private static func add(
        _ samples: [RecordedSample], to all: inout [MetricWindows], _ machine: [RecordedSample],
        _ sessions: [RecordedSession], _ least: Nanoseconds
    ) {
        var rest = samples[...]
        for window in machine {
            var sum = RecordedSample(end: window.end, length: window.length)
            while let sample = rest.first, sample.end - sample.length / 2 <= window.end {
                rest.removeFirst()
                sum.fold(sample)
            }
            (sum.end, sum.length) = (window.end, window.length)
            for index in all.indices { all[index].add(sum, sessions, least: least) }
        }
    }
}
