import MeteModel
import MeteStore
import MeteText

/// What a recording says beside its samples: lines of `mete query` about devices, sockets, disturbances, threads, processes and plans.
struct DetailQuery {
    let reader: StoreReader
    let part: ClosedRange<Int64>
    /// Nil among them is the machine, which has all of them.
    let components: [ComponentID?]
    let format: QueryFormat

    private typealias Column = RowReport.Column
    private typealias Cell = RowReport.Cell

    // MARK: Devices, sockets, disturbances, threads

    /// - Parameter tier: a line for each time of its length; nil for one line for the whole part.
    func printDetails(_ kind: DetailKind, every tier: Tier?) throws {
        let report = RowReport(Self.columns(kind), format: format)
        let length = part.upperBound - part.lowerBound
        var covered: Nanoseconds = 0
        // Sums of a long time come from roll-ups: a tenth of a per cent more or less at its ends does not matter.
        let source = tier ?? (length > 3 * 3600 * .perSecond ? .tenSeconds : .raw)
        var sums: [Place: DetailSample] = [:]
        for stretch in Stretches(part, tier: source, interval: reader.interval) {
            if tier == nil {
                covered += try reader.samples(of: nil, in: stretch, tier: source).reduce(0) { $0 + $1.length }
            }
            for component in components {
                let samples = try reader.details(of: component, [kind], in: stretch, tier: source)
                if tier == nil {
                    Self.add(samples, to: &sums)
                } else {
                    for sample in samples { report.print(Self.cells(sample)) }
                }
            }
        }
        for sum in ordered(sums, length: covered > 0 ? covered : max(1, length)) { report.print(Self.cells(sum)) }
        report.end()
    }

    /// What one sum is of.
    private struct Place: Hashable {
        var component: ComponentID
        var key: String
    }

    private static func add(_ samples: [DetailSample], to sums: inout [Place: DetailSample]) {
        for sample in samples {
            let place = Place(component: sample.component, key: sample.key)
            guard var sum = sums[place] else {
                sums[place] = sample
                continue
            }
            for index in sum.values.indices { sum.values[index] &+= sample.values[index] }
            sums[place] = sum
        }
    }

    /// One for each of a component, the largest first.
    private func ordered(_ sums: [Place: DetailSample], length: Nanoseconds) -> [DetailSample] {
        sums.values.map { sum in
            var sum = sum
            sum.end = part.upperBound
            sum.length = length
            return sum
        }
        .sorted { ($0.component, Self.weight($1), $0.key) < ($1.component, Self.weight($0), $1.key) }
    }

    /// By what they are put in order.
    private static func weight(_ sample: DetailSample) -> Int64 {
        switch sample.kind {
        case .device: sample[.readRequests] &+ sample[.writeRequests]
        case .socket: sample[.sentBytes] &+ sample[.receivedBytes]
        case .disturbance: sample[.disturbed]
        case .thread: sample[.runTime]
        }
    }

    private static func columns(_ kind: DetailKind) -> [Column] {
        let head = QueryReport.head(componentWidth: 24)
        let numbers = shown(kind).map(QueryReport.column)
        switch kind {
        case .device: return head + [Column("device", "DEVICE", width: 12)] + numbers
        case .socket: return head + [Column("sockets", "SOCKETS", width: 10)] + numbers
        case .disturbance:
            return head + [
                Column("kind", "KIND", width: 10), Column("disturber", "IN ITS WAY STOOD", width: 28),
            ] + numbers
        case .thread:
            return head + [
                Column("tid", "TID", width: 8, isNumber: true), Column("pid", "PID", width: 8, isNumber: true),
                Column("thread", "THREAD", width: 15),
            ] + numbers
        }
    }

    /// Of a thread, what a line of a table has room for.
    private static func shown(_ kind: DetailKind) -> [Metric] {
        kind == .thread
            ? [.runTime, .runQueueDelay, .readBytes, .writeBytes, .sentBytes, .receivedBytes] : kind.metrics
    }

    private static func cells(_ sample: DetailSample) -> [Cell] {
        var recorded = RecordedSample(end: sample.end, length: sample.length)
        for (metric, value) in zip(sample.kind.metrics, sample.values) { recorded[metric] = value }
        let head = QueryReport.head(sample.component.name, end: sample.end, length: sample.length)
        let numbers = shown(sample.kind).map { Cell.number(recorded[$0], shown: $0.shown(of: recorded)) }
        return head + name(sample) + numbers
    }

    private static func name(_ sample: DetailSample) -> [Cell] {
        switch sample.kind {
        case .device: return [.text(RecordedDetail.Device(sample)?.name ?? sample.key)]
        case .socket: return [.text(sample.key)]
        case .disturbance:
            guard let disturbance = Disturbance(sample) else { return [.text(sample.key), .text(nil)] }
            let runner = disturbance.runner
            return [
                .text(runner.kind),
                Cell(
                    shown: runner.words(for: sample.component),
                    value: runner.component.map { .text($0.name) } ?? .none),
            ]
        case .thread:
            guard let thread = RecordedDetail.Thread(sample) else {
                return [.text(sample.key), .text(nil), .text(nil)]
            }
            return [.number(Int64(thread.tid)), .number(Int64(thread.pid)), .text(thread.name)]
        }
    }

    // MARK: Processes

    func printProcesses() throws {
        let report = RowReport(
            [
                Column("first_ns", "FIRST SEEN (UTC)", width: 23), Column("last_ns", "LAST SEEN (UTC)", width: 23),
                Column("ended", "ENDED", width: 5), Column("component", "COMPONENT", width: 20),
                Column("pid", "PID", width: 8, isNumber: true), Column("parent", "PARENT", width: 8, isNumber: true),
                Column("user", "USER", width: 6, isNumber: true), Column("name", "NAME", width: 15),
                Column("command_line", "COMMAND LINE", width: 40), Column("executable", "EXECUTABLE", width: 24),
                Column("cgroup", "CGROUP", width: 24), Column("unit", "UNIT", width: 20),
                Column("container", "CONTAINER", width: 12),
                Column("libraries", "LIBRARIES", width: 9, isNumber: true),
            ], format: format)
        for process in try components.flatMap({ try reader.processes(of: $0, in: part) }) {
            let description = process.description
            report.print([
                .number(process.first, shown: QueryReport.time(process.first)),
                .number(process.last, shown: QueryReport.time(process.last)),
                Cell(shown: process.hasEnded ? "yes" : "no", value: .number(process.hasEnded ? 1 : 0)),
                .text(description.component.name), .number(Int64(description.pid)),
                .number(Int64(description.parent)), .number(Int64(description.user)), .text(description.name),
                .text(description.commandLine), .text(description.executable), .text(description.cgroup),
                .text(description.unit), .text(description.container),
                Cell(shown: "\(description.libraries.count)", value: .texts(description.libraries)),
            ])
        }
        report.end()
    }

    // MARK: Plans

    /// In a table only what differs from the line before of the same component; files get every tick.
    ///
    /// - Returns: how many ticks a table left out.
    func printPlans() throws -> Int {
        let report = RowReport(
            [
                Column("end_ns", "END (UTC)", width: 23), Column("component", "COMPONENT", width: 20),
                Column("forecast_median", "MEDIAN", width: 6, isNumber: true),
                Column("forecast_p95", "P95", width: 6, isNumber: true),
                Column("forecast_source", "SOURCE", width: 14),
                Column("planned_demand", "PLANNED", width: 7, isNumber: true),
                Column("allotted", "ALLOTTED", width: 8, isNumber: true), Column("change", "CHANGE", width: 9),
                Column("claims", "CLAIMS", width: 36), Column("forecast_reason", "WHY THIS FORECAST", width: 36),
                Column("writes", "WRITES", width: 36), Column("breach", "BREACH", width: 24),
            ], format: format)
        var last: [ComponentID?: RecordedDecision] = [:]
        var omitted = 0
        for stretch in Stretches(part, tier: .raw, interval: reader.interval) {
            for decision in try components.flatMap({ try reader.decisions(of: $0, in: stretch) }) {
                if format == .table, let before = last[decision.component], decision.isSameStory(as: before) {
                    omitted += 1
                    continue
                }
                last[decision.component] = decision
                report.print(Self.cells(decision))
            }
        }
        report.end()
        return omitted
    }

    private static func cells(_ decision: RecordedDecision) -> [Cell] {
        let forecast = decision.forecast
        let allotment = decision.allotment
        return [
            .number(decision.end, shown: QueryReport.time(decision.end)), .text(decision.component?.name),
            .fraction(forecast?.demand.median), .fraction(forecast?.demand.p95), .text(forecast?.source.rawValue),
            .fraction(allotment?.plannedDemand), .fraction(allotment?.amount), .text(allotment?.change.rawValue),
            .texts((allotment?.grants ?? []).map { "\($0.claim.words) \(Figure.fixed($0.amount, 3))" }),
            .text(forecast?.reason), .texts(decision.writes.map(\.words)), .text(decision.breach),
        ]
    }
}

extension RecordedDecision {
    /// Whether it says nothing that the one before did not.
    fileprivate func isSameStory(as before: RecordedDecision) -> Bool {
        writes.isEmpty && breach == before.breach && allotment?.units == before.allotment?.units
            && allotment?.change == before.allotment?.change && forecast?.source == before.forecast?.source
    }
}

extension Claim {
    /// As a line says it.
    fileprivate var words: String {
        switch self {
        case .guarantee: "guarantee"
        case .forecast(let quantile): "forecast p\(Figure.fixed(quantile * 100, 0))"
        case .measured: "measured"
        case .surplus: "surplus"
        case .rounding: "rounding"
        case .kept: "kept"
        }
    }
}

extension RecordedDecision.Write {
    fileprivate var words: String {
        switch result {
        case .written: "\(setting) = \(value)"
        case .refused: "\(setting) = \(value) refused: \(note)"
        case .yielded: "\(setting) left at \(note), another writer's"
        case .takenBack: "\(setting) = \(value) taken back"
        }
    }
}
