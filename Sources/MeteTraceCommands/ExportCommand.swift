package import ArgumentParser
import MeteModel
import MeteStore
import MeteText

/// `mete export`: a recording in formats that other programs read.
package struct ExportCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export",
        abstract:
            "Write what is in a recording for other programs: CSV, JSON lines, OpenMetrics or a trace for Perfetto.",
        discussion: """
            Values are as counted: nanoseconds, bytes, requests; OpenMetrics has seconds, and sums since the beginning of the export. What \
            was not traced is absent. What has to be known to read the figures, as losses and probes that the kernel lacks, stands in the \
            file. Times and components are as for `mete query`.
            """)

    @Argument(help: "A file that `mete record` has made.")
    var file: String

    @Option(name: [.short, .long], help: "The file to write; - is standard output.")
    var output: String

    @Option(help: "csv, jsonl, openmetrics or perfetto.")
    var format: ExportFormat

    @Option(help: "Only this component; may be given several times. `machine` is the whole machine.")
    var component: [String] = []

    @Option(help: "Metrics to write, with commas between; without it all, and for perfetto the usual ones.")
    var metric: MetricList?

    @Option(parsing: .unconditional, help: "Where to begin.")
    var from: TimeOption?

    @Option(parsing: .unconditional, help: "Where to end.")
    var to: TimeOption?

    @Option(help: "Resolution: raw, 1s, 10s or 1min.")
    var every: TierOption = TierOption(tier: .raw)

    package init() {}

    package func run() throws {
        let reader = try StoreReader(path: file)
        let part = try TimeOption.part(of: reader, from: from, to: to)
        let components = try QueryCommand.components(component, of: reader)
        if part == nil { Console.note("\(file) holds no window yet") }
        let target = try ExportFile(path: output, source: file)
        let metrics = metric?.metrics ?? (format == .perfetto ? TraceCounter.usual : Metric.allCases)
        let export = SeriesExport(
            reader: reader, part: part ?? 0...0, components: components, metrics: metrics, tier: every.tier,
            write: { try target.write($0) })
        switch format {
        case .csv: try export.writeRows(CSVRows(metrics: metrics))
        case .jsonl: try export.writeRows(JSONRows(metrics: metrics))
        case .openmetrics: try export.writeOpenMetrics()
        case .perfetto: try export.writeTraceEvents()
        }
        try target.close()
        for damage in Set(reader.damage.map { "\($0)" }).sorted() { Console.note("\(file): \(damage)") }
    }
}

enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, jsonl, openmetrics, perfetto
}
