import MeteModel
import MeteStore

/// Writes a part of a recording in a format of others, component by component and a stretch of time after the other, so that a long
/// recording needs no more memory than a short one.
struct SeriesExport {
    let reader: StoreReader
    let part: ClosedRange<Int64>
    /// Nil for the machine.
    let components: [ComponentID?]
    let metrics: [Metric]
    let tier: Tier
    let write: (String) throws -> Void

    // MARK: Rows

    func writeRows(_ rows: any SampleRows) throws {
        try write(rows.head)
        for caveat in try RecordingCaveats(reader, part).texts { try write(rows.row(caveat: caveat)) }
        for component in components {
            try forEachSample(of: component) { sample in
                try write(rows.row(component, sample, metrics.map { value(of: $0, component, sample) }))
            }
        }
        for damage in reader.damage { try write(rows.row(caveat: "\(damage)")) }
    }

    /// Sums over all components are the machine's, too; what is of the machine alone no component has.
    private func value(of metric: Metric, _ component: ComponentID?, _ sample: RecordedSample) -> Int64? {
        guard component == nil || !metric.isOfMachineOnly else { return nil }
        return sample.value(of: metric, reader.sessions)
    }

    // MARK: OpenMetrics

    /// Reads the recording once for each metric: the format wants their points together.
    func writeOpenMetrics() throws {
        for metric in metrics {
            let family = OpenMetricsWriter.Family(metric)
            try write(family.head)
            // Sums of all components are left to whoever reads them, who would else count twice.
            for component in components {
                let isWanted = component == nil ? !metric.addsUpOverComponents : !metric.isOfMachineOnly
                guard isWanted else { continue }
                // A recording counts losses from the beginning of each run of mete.
                var losses = metric == .lost ? try LossCount(reader, before: part.lowerBound) : nil
                var sum: Int64 = 0
                var created: Int64?
                try forEachSample(of: component) { sample in
                    guard let value = sample.value(of: metric, reader.sessions) else { return }
                    let since = created ?? sample.end - sample.length
                    if family.isCounter, created == nil {
                        try write(family.point(component, 0, at: since, since: since))
                    }
                    created = since
                    sum = family.isCounter ? sum &+ (losses?.lost(in: sample) ?? value) : value
                    try write(family.point(component, sum, at: sample.end, since: since))
                }
            }
        }
        let damage = reader.damage.map { "\($0)" }
        // Each part is read once for each metric.
        let texts = try RecordingCaveats(reader, part).texts + Set(damage).sorted()
        try write(OpenMetricsWriter.caveats(texts) + OpenMetricsWriter.end)
    }

    // MARK: Trace events

    /// Counters alone: single switches are not in a recording.
    func writeTraceEvents() throws {
        let caveats =
            ["made from a recording: it has counters, and no slices, which `mete trace --perfetto` writes"]
            + (try RecordingCaveats(reader, part).texts)
        try write(TraceEventWriter.head(start: part.lowerBound))
        for caveat in caveats { try write(TraceEventWriter.mark(caveat)) }
        for (index, component) in components.enumerated() {
            let process = TraceEventWriter.machine + index
            try write(
                TraceEventWriter.name(
                    process: process, component.map { "component \($0.name)" } ?? "machine", order: index)
            )
            try writeCounters(of: component, process)
        }
        let damage = reader.damage.map { "\($0)" }
        for text in damage { try write(TraceEventWriter.mark(text)) }
        try write(TraceEventWriter.tail([("recording", reader.path)], caveats: caveats + damage))
    }

    /// A counter keeps its value until the next one, so where a component did nothing there has to be a 0.
    private func writeCounters(of component: ComponentID?, _ process: Int) throws {
        var standing: [TraceCounter] = []
        var end: Int64?
        func settle() throws {
            guard let end else { return }
            for counter in standing {
                try write(
                    TraceEventWriter.counter(counter.name, counter.unit, 0, of: process, at: end - part.lowerBound))
            }
        }
        try forEachSample(of: component) { sample in
            let start = max(part.lowerBound, sample.end - sample.length)
            if let end, start > end + sample.length / 2 { try settle() }
            let chosen = metrics.filter { component == nil || !$0.isOfMachineOnly }
            standing = TraceCounter.all(chosen, sample, reader.sessions)
            for counter in standing {
                try write(
                    TraceEventWriter.counter(
                        counter.name, counter.unit, counter.value, of: process, at: start - part.lowerBound))
            }
            end = sample.end
        }
        try settle()
    }

    // MARK: Stretches of time

    private func forEachSample(of component: ComponentID?, _ body: (RecordedSample) throws -> Void) throws {
        for stretch in Stretches(part, tier: tier, interval: reader.interval) {
            for sample in try reader.samples(of: component, in: stretch, tier: tier) { try body(sample) }
        }
    }
}
