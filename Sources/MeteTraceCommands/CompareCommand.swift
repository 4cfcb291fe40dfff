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
            Each metric of each component is compared as a rate (levels and quantiles by their highest value), and marked with * where \
            the second differs from the first by more than --threshold. With one file, --from-b and --to-b say which part of it is the \
            second. Times are as for `mete query`.
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
        let a = try summary(of: first, from: from, to: to)
        let b = try summary(of: second ?? first, from: fromB, to: toB)
        let columns = TableColumns(
            [.init("COMPONENT", width: 28), .init("METRIC", width: 20)]
                + ["FIRST", "SECOND", "CHANGE"].map { .init($0, width: 11, alignment: .right) } + [.init("", width: 1)])
        Console.line(columns.header)
        for component in Set(a.keys).union(b.keys).sorted(by: { ($0?.name ?? "") < ($1?.name ?? "") }) {
            for metric in metric.metrics {
                let comparison = Comparison(metric, a[component], b[component])
                let isMarked = comparison.differs(by: threshold)
                if comparison.isEmpty || changed && !isMarked { continue }
                let cells = [component?.name ?? "machine", metric.name] + comparison.cells + [isMarked ? "*" : ""]
                for line in columns.row(cells) { Console.line(line) }
            }
        }
    }

    private func summary(of file: String, from: TimeOption?, to: TimeOption?) throws -> [ComponentID?: RecordedSample] {
        let reader = try StoreReader(path: file)
        guard let part = try TimeOption.part(of: reader, from: from, to: to) else { return [:] }
        let sums = try RecordingSummary(reader, part).sums
        try RecordingFacts.note(reader, part)
        return sums
    }
}

/// What each component did in one part of a recording, as one sample; nil is the machine.
struct RecordingSummary {
    private(set) var sums: [ComponentID?: RecordedSample] = [:]

    init(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws {
        let length = part.upperBound - part.lowerBound
        // Of a long time a tenth of a per cent more or less at its ends does not matter.
        let tier: Tier = length > 3 * 3600 * .perSecond ? .tenSeconds : .raw
        // However long it is, a stretch of it is in memory at a time.
        for stretch in Stretches(part, tier: tier, interval: reader.interval) {
            for (component, samples) in try reader.samples(in: stretch, tier: tier) {
                for sample in samples {
                    if sums[component]?.fold(sample) == nil { sums[component] = sample }
                }
            }
        }
        // Of the machine there are all windows that were recorded, of a component those in which it did something. Where nothing was
        // recorded, nothing is known: that is no time in which it did nothing.
        let covered = sums[nil]?.length ?? length
        for component in sums.keys {
            sums[component]?.length = max(1, covered)
            sums[component]?.end = part.upperBound
        }
    }
}

/// One metric of one component in two recordings.
struct Comparison {
    private let metric: Metric
    private let first: RecordedSample?
    private let second: RecordedSample?

    init(_ metric: Metric, _ first: RecordedSample?, _ second: RecordedSample?) {
        self.metric = metric
        self.first = first
        self.second = second
    }

    private var rates: (first: Double, second: Double) {
        (first?.rate(of: metric) ?? 0, second?.rate(of: metric) ?? 0)
    }

    var isEmpty: Bool { rates == (0, 0) }

    /// Whether the second differs by more than this share of the first.
    func differs(by threshold: Double) -> Bool {
        abs(rates.second - rates.first) > threshold * abs(rates.first)
    }

    /// The two values and the change.
    var cells: [String] {
        let (first, second) = rates
        let change =
            first == 0
            ? "new" : (second >= first ? "+" : "") + Figure.fixed(100 * (second - first) / first, 1) + " %"
        return [self.first, self.second].map { $0.map { metric.shown(of: $0) } ?? "\u{2013}" } + [
            self.second == nil ? "gone" : change
        ]
    }
}
