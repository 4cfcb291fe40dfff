package import ArgumentParser
import MeteModel
import MeteStore
import MeteText

/// `mete compare`: two recordings, or two times of one, side by side.
package struct CompareCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Set two recordings, or two times of one, side by side, and mark what differs.",
        discussion: """
            Each metric of each component is compared by its mean over the time, amounts as rates, and marked with * where the second \
            differs from the first by more than --threshold, by more than NOISE, and by enough to matter. NOISE is by how much the two \
            would differ, but for one time in a thousand, if nothing had changed: single windows tell it by how they vary. With one \
            file, --from-b and --to-b say which part of it is the second. Times are as for `mete query`.
            """)

    @Argument(help: "A file that `mete record` has made.")
    var first: String

    @Argument(help: "The file to compare it with; the same one when it is left out.")
    var second: String?

    @Option(help: "Metrics to compare, with commas between.")
    var metric: MetricList = MetricList(metrics: [.runTime, .runQueueDelay, .delayP99])

    @Option(parsing: .unconditional, help: "Where the first begins.")
    var from: TimeOption?

    @Option(parsing: .unconditional, help: "Where the first ends.")
    var to: TimeOption?

    @Option(parsing: .unconditional, help: "Where the second begins.")
    var fromB: TimeOption?

    @Option(parsing: .unconditional, help: "Where the second ends.")
    var toB: TimeOption?

    @Option(help: "Share of the first by which the second may differ without a mark.")
    var threshold: Double = 0.1

    @Flag(help: "Print only what is marked.")
    var changed = false

    @Option(help: "How to print: table, csv or json (a line for each).")
    var format: QueryFormat = .table

    package init() {}

    package func validate() throws {
        guard threshold >= 0, threshold <= 1000 else {
            throw ValidationError("--threshold must be from 0 to 1000, not \(threshold)")
        }
        guard second != nil || fromB != nil || toB != nil else {
            throw ValidationError("name a second file, or a part of the first by --from-b and --to-b")
        }
    }

    package func run() throws {
        let a = try windows(of: first, from: from, to: to)
        let b = try windows(of: second ?? first, from: fromB, to: toB)
        let rows = RowReport(
            [.init("component", "COMPONENT", width: 28), .init("metric", "METRIC", width: 20)]
                + ["first", "second", "change", "noise"].map {
                    .init($0, $0.uppercased(), width: 11, isNumber: true)
                } + [.init("differs", "", width: 1)], format: format)
        for component in Set(a.windows.keys).union(b.windows.keys).sorted(by: { ($0?.name ?? "") < ($1?.name ?? "") }) {
            for (one, other) in zip(a.windows[component] ?? a.absent, b.windows[component] ?? b.absent) {
                let comparison = Comparison(one, other)
                let isMarked = comparison.differs(by: threshold)
                if comparison.isEmpty || changed && !isMarked { continue }
                rows.print(
                    [.text(component?.name ?? "machine"), .text(one.metric.name)] + comparison.cells
                        + [.number(isMarked ? 1 : 0, shown: isMarked ? "*" : "")])
            }
        }
        rows.end(saying: changed ? "nothing differs" : "there is nothing to compare")
    }

    private func windows(of file: String, from: TimeOption?, to: TimeOption?) throws -> ComparedPart {
        let reader = try StoreReader(path: file)
        guard let part = try TimeOption.part(of: reader, from: from, to: to) else {
            return ComparedPart(metric.metrics)
        }
        let windows = try ComparedPart(reader, part, metric.metrics)
        try RecordingFacts.note(reader, part)
        return windows
    }
}
