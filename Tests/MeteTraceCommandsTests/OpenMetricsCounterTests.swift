import MeteModel
import MeteStore
import MeteTestSupport
import Testing

@testable import MeteTraceCommands

/// Counters of an export are what the OpenMetrics specification calls so.
struct OpenMetricsCounterTests {
    private func exported(
        _ reader: StoreReader, _ part: ClosedRange<Int64>, _ components: [ComponentID?], _ metrics: [Metric]
    ) throws -> OpenMetricsText {
        var text = ""
        try SeriesExport(
            reader: reader, part: part, components: components, metrics: metrics, tier: .raw, write: { text += $0 }
        ).writeOpenMetrics()
        return try OpenMetricsText(text)
    }

    /// A total begins with 0, and each point says since when it counts: what was there before a counter's first point is else no increase.
    @Test func countersBeginWithNothing() throws {
        let recording = try ExportRecording(windows: 150, components: ["web", "late"])
        let reader = try StoreReader(path: recording.path)
        let whole = try #require(try reader.range())
        let parsed = try exported(reader, whole, [nil] + reader.components, Metric.allCases)
        let counters = parsed.families.filter { $0.value.type == "counter" }
        #expect(!counters.isEmpty)
        for (name, family) in counters {
            for series in family.series {
                let first = try #require(series.points.first)
                #expect(first.value == 0 && first.created == first.time, "\(name)")
                #expect(series.points.allSatisfy { $0.created == first.time }, "\(name)")
            }
        }
        let begin = Double(ExportRecording.begin) / 1e9
        let run = try #require(parsed.families["mete_cpu_run_seconds"]).series
        #expect(run.allSatisfy { $0.points.first?.time == begin && $0.points.dropFirst().first?.time == begin + 1 })
        #expect(
            parsed.families["mete_threads"]?.series.allSatisfy { $0.points.first?.value == 3 } == true, "no counter")
    }

    /// A recording counts losses anew with each run of mete, and an export of both does not fall.
    @Test func lossesOfSeveralRunsAddUp() throws {
        let folder = try TemporaryFolder(prefix: "mete-export")
        let writer = try StoreWriter(
            path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        for second in [0, 3] as [Int64] {
            let start = ExportRecording.begin + second * .perSecond
            try writer.begin(RecordedSession(start: start, version: "test", untraced: [], caveats: []))
        }
        for (index, lost) in ([5, 7, 7, 2, 9] as [Int64]).enumerated() {
            let end = ExportRecording.begin + Int64(index + 1) * .perSecond
            var machine = RecordedSample(end: end, length: .perSecond)
            machine[.lost] = lost
            try writer.append(RecordedWindow(machine: machine, components: []))
        }
        try writer.close()
        let reader = try StoreReader(path: folder.file("r"))
        func totals(from second: Int64) throws -> [Double] {
            let part = ExportRecording.begin + second * .perSecond...ExportRecording.begin + 5 * .perSecond
            let family = try exported(reader, part, [nil], [.lost]).families["mete_machine_lost"]
            return family?.series.first?.points.map(\.value) ?? []
        }
        #expect(try totals(from: 0) == [0, 5, 7, 7, 9, 16])
        #expect(try totals(from: 1) == [0, 2, 2, 4, 11], "since the beginning of the export")
    }
}
