package import ArgumentParser
import MeteModel
import MeteStore
import MeteText

/// `mete query`: reads a recording.
package struct QueryCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Print what a recording says of components, by metric and time.",
        discussion: """
            Without --component the components of the recording are listed with what they used in all. Times are in seconds: with a sign \
            before or after the recording's end or beginning (-3600 is its last hour), without one since 1970.
            """)

    @Argument(help: "A file that `mete record` has made.")
    var file: String

    @Option(help: "Only this component; may be given several times. `machine` is the whole machine.")
    var component: [String] = []

    @Option(help: "Metrics to print, with commas between; without it cpu.run, cpu.delay and cpu.delay-p99.")
    var metric: MetricList = MetricList(metrics: [.runTime, .runQueueDelay, .delayP99])

    @Option(parsing: .unconditional, help: "Where to begin.")
    var from: TimeOption?

    @Option(parsing: .unconditional, help: "Where to end.")
    var to: TimeOption?

    @Option(help: "Resolution: raw, 1s, 10s or 1min.")
    var every: TierOption = TierOption(tier: .raw)

    @Option(help: "How to print: table, csv or json (a line for each sample).")
    var format: QueryFormat = .table

    package init() {}

    package func run() throws {
        let reader = try StoreReader(path: file)
        guard let part = try TimeOption.part(of: reader, from: from, to: to) else {
            return Console.note("\(file) holds no window yet")
        }
        let chosen = try components(reader)
        let report = QueryReport(metrics: metric.metrics, format: format)
        if component.isEmpty {
            let summary = try RecordingSummary(reader, part)
            for name in chosen { if let sum = summary.sums[name] { report.print(name, sum) } }
        } else {
            for name in chosen {
                for sample in try reader.samples(of: name, in: part, tier: every.tier) {
                    report.print(name, sample)
                }
            }
        }
        for damage in reader.damage { Console.note("\(file): \(damage)") }
    }

    /// - Returns: nil for the machine.
    private func components(_ reader: StoreReader) throws -> [ComponentID?] {
        guard !component.isEmpty else { return [nil] + reader.components }
        let known = Set(reader.components)
        return try component.map { name in
            if name == "machine" { return nil }
            let id = ComponentID(name)
            guard known.contains(id) else {
                let names = reader.components.map(\.name).filter { $0.contains(name) || name.contains($0) }.prefix(5)
                let hint =
                    names.isEmpty ? "`mete query \(file)` lists them" : "near it are \(names.joined(separator: ", "))"
                throw ValidationError("the recording has no component `\(name)`; \(hint)")
            }
            return id
        }
    }
}

/// Metrics with commas between.
struct MetricList: ExpressibleByArgument {
    var metrics: [Metric]

    init(metrics: [Metric]) { self.metrics = metrics }

    init?(argument: String) {
        metrics = []
        for word in argument.split(separator: ",") {
            guard let metric = Metric(name: String(word)) else { return nil }
            metrics.append(metric)
        }
        if metrics.isEmpty { return nil }
    }

    var defaultValueDescription: String { metrics.map(\.name).joined(separator: ",") }

    static var allValueStrings: [String] { Metric.allCases.map(\.name) }
}

/// A resolution by its name.
struct TierOption: ExpressibleByArgument {
    private static let names: [(name: String, tier: Tier)] = [
        ("raw", .raw), ("1s", .second), ("10s", .tenSeconds), ("1min", .minute),
    ]

    var tier: Tier

    init(tier: Tier) { self.tier = tier }

    init?(argument: String) {
        guard let found = Self.names.first(where: { $0.name == argument }) else { return nil }
        tier = found.tier
    }

    var defaultValueDescription: String { Self.names.first { $0.tier == tier }?.name ?? "" }

    static var allValueStrings: [String] { names.map(\.name) }
}

/// A time in a recording.
enum TimeOption: ExpressibleByArgument {
    case sinceEpoch(Double)
    /// Before its end when negative, else after its beginning.
    case relative(Double)

    init?(argument: String) {
        guard let seconds = Double(argument), seconds.isFinite, abs(seconds) < 9e9 else { return nil }
        self = argument.hasPrefix("+") || argument.hasPrefix("-") ? .relative(seconds) : .sinceEpoch(seconds)
    }

    /// What two options ask for of a recording; nil when it holds no window yet.
    static func part(of reader: StoreReader, from: TimeOption?, to: TimeOption?) throws -> ClosedRange<Int64>? {
        guard let whole = try reader.range() else { return nil }
        let begin = from?.nanoseconds(in: whole) ?? whole.lowerBound
        let end = to?.nanoseconds(in: whole) ?? whole.upperBound
        guard begin <= end else { throw ValidationError("\(reader.path): the end asked for is before the beginning") }
        return begin...end
    }

    private func nanoseconds(in range: ClosedRange<Int64>) -> Int64 {
        switch self {
        case .sinceEpoch(let seconds): Int64(seconds * 1e9)
        case .relative(let seconds):
            (seconds < 0 ? range.upperBound : range.lowerBound) + Int64(seconds * 1e9)
        }
    }
}

enum QueryFormat: String, ExpressibleByArgument, CaseIterable {
    case table, csv, json
}
