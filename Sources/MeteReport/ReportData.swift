import MeteModel
package import MeteStore

/// What a report is made from: a part of a recording, gathered into bins and totals.
package struct ReportData {
    /// What one component used, by bin and in all.
    struct Component {
        var name: String
        var series: [Measure: Series]
        /// Everything as one sample: sums, and the highest of levels.
        var total: RecordedSample
    }

    /// What one component did of one function.
    struct Call {
        var component: String
        var function: String
        var total: RecordedSample
    }

    /// What charts show.
    enum Measure: CaseIterable, Hashable {
        case used, demand, delayP50, delayP99, read, written, readP99, writeP99, sent, received, resident, proportional
        case cpuStalled, memoryStalled, diskStalled

        /// Time for which at least one thread stood still, which the machine has of its own.
        static let stalls: [Measure] = [.cpuStalled, .memoryStalled, .diskStalled]

        var metric: Metric {
            switch self {
            case .used: .runTime
            case .demand: .runQueueDelay
            case .delayP50: .delayP50
            case .delayP99: .delayP99
            case .read: .readBytes
            case .written: .writeBytes
            case .sent: .sentBytes
            case .received: .receivedBytes
            case .readP99: .readP99
            case .writeP99: .writeP99
            case .resident: .resident
            case .proportional: .proportional
            case .cpuStalled: .cpuStalledSome
            case .memoryStalled: .memoryStalledSome
            case .diskStalled: .diskStalledSome
            }
        }
    }

    let bins: Bins
    let tier: Tier
    let interval: Nanoseconds
    /// Those that did anything, in the order of their names.
    let components: [Component]
    /// Cores that there were.
    let capacity: Series
    /// Of the machine, by `Measure.stalls`: parts of the time.
    let stalls: [Measure: Series]
    let machine: RecordedSample?
    let caveats: [String]
    /// Nil where the recording does not say.
    let disturbances: [Disturbance]?
    /// In the order of their names; none where none were counted.
    let calls: [Call]
    /// Measures that were not traced in any window.
    let untraced: Set<Measure>
    /// Time that is recorded: windows of the machine.
    let covered: Nanoseconds

    /// - Throws: `StoreError`.
    package init(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws {
        let bins = Bins(part, interval: reader.interval)
        let tier = bins.tier(interval: reader.interval)
        self.bins = bins
        self.tier = tier
        interval = reader.interval
        var cover = [Nanoseconds](repeating: 0, count: bins.count)
        var capacity = Series(repeating: nil, count: bins.count)
        var machine: RecordedSample?
        var traced: Set<Measure> = []
        let none = [Nanoseconds](repeating: 0, count: bins.count)
        var stalled = Dictionary(uniqueKeysWithValues: Measure.stalls.map { ($0, none) })
        try Self.forEachSample(reader, nil, part, tier) { sample in
            guard let index = bins.index(of: sample.end - sample.length / 2) else { return }
            cover[index] += sample.length
            capacity[index] = max(capacity[index] ?? 0, Double(sample[.capacity]) / 1000)
            machine =
                machine.map { before in
                    var sum = before
                    sum.fold(sample)
                    return sum
                } ?? sample
            for measure in Measure.stalls { stalled[measure]?[index] += sample[measure.metric] }
            for measure in Measure.allCases where reader.sessions.traced(measure.metric, in: sample) {
                traced.insert(measure)
            }
        }
        self.capacity = capacity
        stalls = stalled.mapValues { sums in
            zip(sums, cover).map { $1 > 0 ? Double($0) / Double($1) : nil }
        }
        self.machine = machine
        covered = cover.reduce(0, +)
        untraced = Set(Measure.allCases).subtracting(traced)
        var components: [Component] = []
        var calls: [Call] = []
        for component in reader.components {
            var gathered = Gathering(component.name, bins, cover)
            try Self.forEachSample(reader, component, part, tier) { gathered.take($0) }
            guard let done = gathered.component else { continue }
            if done.total.isOfCalls, let (caller, function) = component.calledFunction {
                calls.append(Call(component: caller.name, function: function, total: done.total))
            } else {
                components.append(done)
            }
        }
        self.components = components
        self.calls = calls
        disturbances = try Self.disturbances(reader, part)
        caveats = try RecordingCaveats(reader, part).texts + Set(reader.damage.map { "\($0)" }).sorted()
    }

    /// The sums over the part.
    private static func disturbances(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws -> [Disturbance]? {
        guard let since = reader.detailsSince else { return nil }
        struct Pair: Hashable {
            var waiter: ComponentID
            var runner: Disturbance.Runner
        }
        // Of single windows older than that nothing but sums over minutes may be left, and for a long time these are enough.
        let isShort = part.upperBound - part.lowerBound <= 3 * 3600 * .perSecond
        let tier: Tier = isShort && since <= part.lowerBound + reader.interval ? .raw : .minute
        var sums: [Pair: Nanoseconds] = [:]
        for stretch in Stretches(part, tier: tier, interval: reader.interval) {
            for sample in try reader.details(of: nil, [.disturbance], in: stretch, tier: tier) {
                guard let one = Disturbance(sample) else { continue }
                sums[Pair(waiter: one.waiter, runner: one.runner), default: 0] &+= one.time
            }
        }
        return sums.map { Disturbance(waiter: $0.key.waiter, runner: $0.key.runner, time: $0.value) }
    }

    private static func forEachSample(
        _ reader: StoreReader, _ component: ComponentID?, _ part: ClosedRange<Int64>, _ tier: Tier,
        _ body: (RecordedSample) -> Void
    ) throws {
        for stretch in Stretches(part, tier: tier, interval: reader.interval) {
            for sample in try reader.samples(of: component, in: stretch, tier: tier) { body(sample) }
        }
    }

    /// Takes in the samples of one component.
    private struct Gathering {
        private let name: String
        private let bins: Bins
        private let cover: [Nanoseconds]
        private var sums: [Measure: [Int64]]
        private var total: RecordedSample?

        init(_ name: String, _ bins: Bins, _ cover: [Nanoseconds]) {
            self.name = name
            self.bins = bins
            self.cover = cover
            let zeroes = [Int64](repeating: 0, count: bins.count)
            sums = Dictionary(uniqueKeysWithValues: Measure.allCases.map { ($0, zeroes) })
        }

        mutating func take(_ sample: RecordedSample) {
            guard let index = bins.index(of: sample.end - sample.length / 2) else { return }
            for measure in Measure.allCases {
                let value = sample[measure.metric]
                switch measure.metric.fold {
                case .sum: sums[measure]?[index] &+= value
                case .highest:
                    let before = sums[measure]?[index] ?? 0
                    sums[measure]?[index] = max(before, value)
                }
            }
            guard total != nil else { return total = sample }
            total?.fold(sample)
        }

        /// Nil when it did nothing.
        var component: Component? {
            guard let total else { return nil }
            var series: [Measure: Series] = [:]
            for measure in Measure.allCases {
                series[measure] = cover.indices.map { index in
                    guard cover[index] > 0 else { return nil }
                    let seconds = cover[index].seconds
                    func sum(_ measure: Measure) -> Double { Double(sums[measure]?[index] ?? 0) }
                    switch measure {
                    case .used: return sum(.used) / 1e9 / seconds
                    case .demand: return (sum(.used) + sum(.demand)) / 1e9 / seconds
                    case .delayP50, .delayP99, .readP99, .writeP99: return sum(measure) > 0 ? sum(measure) : nil
                    case .read, .written, .sent, .received: return sum(measure) / seconds
                    case .resident, .proportional: return sum(measure)
                    case .cpuStalled, .memoryStalled, .diskStalled: return sum(measure) / 1e9 / seconds
                    }
                }
            }
            return Component(name: name, series: series, total: total)
        }
    }
}

extension RecordedSample {
    /// Whether it counts calls of a function, and nothing else.
    fileprivate var isOfCalls: Bool {
        [Metric.calls, .callTime, .callsLeft].contains { self[$0] != 0 } && self[.threads] == 0 && self[.runTime] == 0
    }
}
