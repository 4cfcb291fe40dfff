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
            Without --component the components of the recording are listed with what they used in all. With --disturbances, --devices, \
            --sockets or --threads the sums of the time that is asked for are printed, the largest first, and with --every as well each \
            time of that length. Times are in seconds, with a sign before or after the recording's end or beginning (-3600 is its last \
            hour), without one since 1970; or 14:03 or 14:03:20, UTC, of the recording's last day that has it.
            """)

    @Argument(help: "A file that `mete record` has made.")
    var file: String

    @Option(help: "Only this component; may be given several times. `machine` is the whole machine.")
    var component: [String] = []

    @Option(help: "Metrics to print, with commas between; without it cpu.run, cpu.delay and cpu.delay-p99.")
    var metric: MetricList?

    @Option(parsing: .unconditional, help: "Where to begin.")
    var from: TimeOption?

    @Option(parsing: .unconditional, help: "Where to end.")
    var to: TimeOption?

    @Option(help: "Resolution: raw, 1s, 10s or 1min. Without it raw, and for sums the whole time.")
    var every: TierOption?

    @Flag(help: "What to print instead of metrics.")
    var subject: QuerySubject?

    @Option(help: "How to print: table, csv or json (a line for each sample).")
    var format: QueryFormat = .table

    @Flag(
        help: """
            With --format csv: begin with lines that have # and what has to be known to read the figures, as standard error has it. A reader \
            has to be told to pass them over.
            """)
    var caveats = false

    package init() {}

    package func validate() throws {
        guard !caveats || format == .csv else {
            throw ValidationError("--caveats is for --format csv, the only one that has comments")
        }
        if let subject, metric != nil {
            throw ValidationError(
                "--metric says what to print of components' samples, and --\(subject.rawValue) something else; leave out one of them"
            )
        }
        guard let every else { return }
        let name = every.defaultValueDescription
        switch subject {
        case nil where component.isEmpty:
            throw ValidationError(
                "--every \(name) goes with --component, whose samples it sums up; without one there is a sum of the whole time"
            )
        case .processes, .plans:
            throw ValidationError("--every \(name) sums up, and neither processes nor plans are sums; leave it out")
        default: return
        }
    }

    package func run() throws {
        let reader = try StoreReader(path: file)
        guard let part = try TimeOption.part(of: reader, from: from, to: to) else {
            return Console.note("\(file) holds no window yet")
        }
        let chosen = try Self.components(component, of: reader)
        let head = caveats ? try RecordingFacts.comments(reader, part) : []
        for line in head { Console.line(line) }
        if let subject {
            try printDetails(subject, chosen, reader, part)
        } else {
            try printSamples(chosen, reader, part)
        }
        // What is damaged is known now.
        let all = caveats ? try RecordingFacts.comments(reader, part) : []
        for line in all where !head.contains(line) { Console.line(line) }
        try RecordingFacts.note(reader, part)
    }

    private static let usual: [Metric] = [.runTime, .runQueueDelay, .delayP99]

    private func printSamples(_ chosen: [ComponentID?], _ reader: StoreReader, _ part: ClosedRange<Int64>) throws {
        let report = QueryReport(metrics: metric?.metrics ?? Self.usual, format: format)
        if component.isEmpty {
            let summary = try RecordingSummary(reader, part)
            for name in chosen { if let sum = summary.sums[name] { report.print(name, sum) } }
        } else {
            for name in chosen {
                let tier = every?.tier ?? .raw
                for stretch in Stretches(part, tier: tier, interval: reader.interval) {
                    for sample in try reader.samples(of: name, in: stretch, tier: tier) { report.print(name, sample) }
                }
            }
        }
        report.end()
    }

    private func printDetails(
        _ subject: QuerySubject, _ chosen: [ComponentID?], _ reader: StoreReader, _ part: ClosedRange<Int64>
    ) throws {
        let query = DetailQuery(
            reader: reader, part: part, components: component.isEmpty ? [nil] : chosen, format: format)
        switch subject {
        case .disturbances: try query.printDetails(.disturbance, every: every?.tier)
        case .devices: try query.printDetails(.device, every: every?.tier)
        case .sockets: try query.printDetails(.socket, every: every?.tier)
        case .threads: try query.printDetails(.thread, every: every?.tier)
        case .processes: try query.printProcesses()
        case .plans:
            let omitted = try query.printPlans()
            if omitted > 0 {
                Console.note(
                    "\(file): \(omitted) ticks that say the same as the one before are in --format csv and json")
            }
        }
    }

    /// Those of a recording that have these names, or all.
    ///
    /// - Returns: nil for the machine.
    static func components(_ names: [String], of reader: StoreReader) throws -> [ComponentID?] {
        guard !names.isEmpty else { return [nil] + reader.components }
        let known = Set(reader.components)
        return try names.map { name in
            if name == "machine" { return nil }
            let id = ComponentID(name)
            guard known.contains(id) else {
                let near = NearestName.several(name, among: reader.components.map(\.name), most: 5)
                let hint =
                    near.isEmpty
                    ? "`mete query \(reader.path)` lists them" : "near it are \(near.joined(separator: ", "))"
                throw ValidationError("the recording has no component `\(name)`; \(hint)")
            }
            return id
        }
    }
}

/// What a recording keeps beside metrics.
enum QuerySubject: String, EnumerableFlag {
    case disturbances, devices, sockets, threads, processes, plans

    static func help(for value: QuerySubject) -> ArgumentHelp? {
        switch value {
        case .disturbances: "Who ran, or what else was in the way, while the component waited for a CPU."
        case .devices: "What it read from and wrote to each disk."
        case .sockets: "What it sent and received by each kind of socket."
        case .threads: "What its busiest threads used."
        case .processes: "Which processes belonged to it."
        case .plans: "What the agent expected of it, allotted to it and wrote, and why."
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
    /// Seconds since midnight, UTC.
    case timeOfDay(Double)

    private static let day = 86_400.0

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
        if parts.count == 2 || parts.count == 3 {
            let numbers = parts.compactMap { $0 }
            guard numbers.count == parts.count, (0..<24).contains(numbers[0]),
                numbers.dropFirst().allSatisfy({ (0..<60).contains($0) })
            else { return nil }
            self = .timeOfDay(zip(numbers, [3600, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 })
            return
        }
        guard let seconds = Double(argument), seconds.isFinite, abs(seconds) < 9e9 else { return nil }
        self = argument.hasPrefix("+") || argument.hasPrefix("-") ? .relative(seconds) : .sinceEpoch(seconds)
    }

    /// What two options ask for of a recording, as far as it goes; nil when it holds no window yet.
    static func part(of reader: StoreReader, from: TimeOption?, to: TimeOption?) throws -> ClosedRange<Int64>? {
        guard let whole = try reader.range() else { return nil }
        let begin = from?.nanoseconds(in: whole) ?? whole.lowerBound
        let end = to?.nanoseconds(in: whole) ?? whole.upperBound
        // Where only one of both was asked for and it is beyond the recording, that end of it is meant.
        guard begin <= end || from == nil || to == nil else {
            throw ValidationError("\(reader.path): the end asked for is before the beginning")
        }
        let last = end.clamped(to: whole)
        return min(begin.clamped(to: whole), last)...last
    }

    private func nanoseconds(in range: ClosedRange<Int64>) -> Int64 {
        switch self {
        case .sinceEpoch(let seconds): return Int64(seconds * 1e9)
        case .relative(let seconds):
            let base = seconds < 0 ? range.upperBound : range.lowerBound
            let (time, isOverflown) = base.addingReportingOverflow(Int64(seconds * 1e9))
            return isOverflown ? (seconds < 0 ? .min : .max) : time
        case .timeOfDay(let seconds):
            let end = Double(range.upperBound) / 1e9
            let midnight = (end / Self.day).rounded(.down) * Self.day
            let isOver = midnight + seconds <= end
            return Int64((midnight + seconds - (isOver ? 0 : Self.day)) * 1e9)
        }
    }
}

extension Comparable {
    fileprivate func clamped(to range: ClosedRange<Self>) -> Self {
        min(max(self, range.lowerBound), range.upperBound)
    }
}

enum QueryFormat: String, ExpressibleByArgument, CaseIterable {
    case table, csv, json
}
