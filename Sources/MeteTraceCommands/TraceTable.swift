import MeteModel
import MeteText
import MeteTrace

/// The tables of `mete trace`: components by what they want of the CPUs, of disks and of the network, below each its busiest threads, and
/// what was lost.
struct TraceTable {
    private(set) var text: String

    private static let columns = TableColumns([
        .init("COMPONENT / THREAD", width: 30), .init("USED", width: 7, alignment: .right),
        .init("DEMAND", width: 7, alignment: .right), .init("WAITED", width: 7, alignment: .right),
        .init("THROTTLED", width: 9, alignment: .right),
        .init("P50", width: 6, alignment: .right), .init("P99", width: 6, alignment: .right),
        .init("P99.9", width: 6, alignment: .right), .init("VOLUNT/S", width: 8, alignment: .right),
        .init("INVOL/S", width: 8, alignment: .right), .init("THREADS", width: 7, alignment: .right),
        .init("PROCS", width: 5, alignment: .right),
    ])
    private static let diskColumns = TableColumns([
        .init("DISK: COMPONENT / DEVICE, THREAD", width: 34), .init("READ/S", width: 8, alignment: .right),
        .init("BYTES/S", width: 8, alignment: .right), .init("MEAN", width: 6, alignment: .right),
        .init("P99", width: 6, alignment: .right), .init("WRITE/S", width: 8, alignment: .right),
        .init("BYTES/S", width: 8, alignment: .right), .init("MEAN", width: 6, alignment: .right),
        .init("P99", width: 6, alignment: .right),
    ])
    private static let networkColumns = TableColumns([
        .init("NETWORK: COMPONENT / SOCKETS, THREAD", width: 38), .init("SENT/S", width: 8, alignment: .right),
        .init("PACKETS/S", width: 9, alignment: .right), .init("RECEIVED/S", width: 10, alignment: .right),
        .init("PACKETS/S", width: 9, alignment: .right), .init("RETRANS/S", width: 9, alignment: .right),
    ])

    private static let memoryColumns = TableColumns([
        .init("MEMORY: COMPONENT / PROCESS", width: 30), .init("RESIDENT", width: 8, alignment: .right),
        .init("ANONYMOUS", width: 9, alignment: .right), .init("PSS", width: 7, alignment: .right),
        .init("REFERENCED", width: 10, alignment: .right), .init("SWAP", width: 7, alignment: .right),
        .init("MINOR FAULTS/S", width: 14, alignment: .right), .init("MAJOR FAULTS/S", width: 14, alignment: .right),
    ])
    private static let stallColumns = TableColumns(
        [.init("STALLED FOR WANT OF: COMPONENT", width: 34)]
            + ["CPU", "MEMORY", "DISK"].flatMap { lacked in
                [
                    .init("\(lacked), SOME", width: 12, alignment: .right),
                    .init("ALL", width: 7, alignment: .right),
                ]
            })

    private static let callColumns = TableColumns([
        .init("CALLS: COMPONENT / FUNCTION", width: 38), .init("CALLS/S", width: 9, alignment: .right),
        .init("INSIDE", width: 7, alignment: .right), .init("MEAN", width: 6, alignment: .right),
        .init("P50", width: 6, alignment: .right), .init("P99", width: 6, alignment: .right),
        .init("LEFT/S", width: 6, alignment: .right),
    ])

    private let view: TraceView
    private let mostThreads: Int

    /// - Parameter mostThreads: per component and table.
    init(_ view: TraceView, mostThreads: Int) {
        self.view = view
        self.mostThreads = mostThreads
        text = ""
        text =
            (head() + cpu() + disk() + network() + memory() + stalls() + calls() + [losses()] + limits()).joined(
                separator: "\n")
            + "\n"
    }

    private func head() -> [String] {
        let sum = view.samples.reduce(0) { $0 + $1.usage }
        let steal =
            view.capacity.steal >= 0.005 ? ", \(Figure.fixed(view.capacity.steal, 2)) stolen by the host" : ""
        let interrupts =
            view.capacity.interrupts >= 0.005
            ? ", \(Figure.fixed(view.capacity.interrupts, 2)) spent in interrupts" : ""
        let used = Figure.fixed(sum, 2)
        return ["\(view.capacity.cpus) cores, \(used) used by \(view.threadCount) threads\(steal)\(interrupts)", ""]
    }

    // MARK: CPU

    private func cpu() -> [String] {
        let busy = view.samples.filter { $0.cpu != CPUUsage() }
        var lines = [Self.columns.header]
        for sample in busy.sorted(by: { ($1.demand, $0.component) < ($0.demand, $1.component) }) {
            let delays = view.latencies[sample.component]?.runQueueDelay ?? LatencySummary()
            let counts = ["\(sample.threads)", "\(sample.processes)"]
            lines += Self.columns.row(numbers(sample.component.name, sample.cpu, sample.throttled, delays) + counts)
            if let line = disturbed(sample) { lines.append(line) }
            for thread in view.threads(of: sample.component).prefix(mostThreads) where thread.use.cpu != CPUUsage() {
                lines += Self.columns.row(numbers(Self.name(thread), thread.use.cpu, nil, nil))
            }
        }
        let idle = view.samples.count - busy.count
        if idle > 0 { lines.append("\(idle) more components used nothing.") }
        return lines
    }

    private func numbers(_ name: String, _ cpu: CPUUsage, _ throttled: Nanoseconds?, _ delays: LatencySummary?)
        -> [String]
    {
        [
            name,
            Figure.fixed(cpu.runTime.seconds / seconds, 3),
            Figure.fixed((cpu.runTime + cpu.runQueueDelay).seconds / seconds, 3),
            Figure.fixed(cpu.runQueueDelay.seconds / seconds, 3),
            throttled.map { Figure.fixed($0.seconds / seconds, 3) } ?? "-",
            Figure.duration(delays?.p50), Figure.duration(delays?.p99), Figure.duration(delays?.p999),
            Figure.fixed(Double(cpu.voluntarySwitches) / seconds, 0),
            Figure.fixed(Double(cpu.involuntarySwitches) / seconds, 0),
        ]
    }

    /// Who ran while this component waited, or what else kept it from running, where that is worth a line.
    private func disturbed(_ sample: UsageSample) -> String? {
        let all = view.detail?.disturbances[sample.component] ?? []
        guard sample.cpu.runQueueDelay.seconds > 0.01 * seconds else { return nil }
        let parts = all.prefix(4).filter { $0.time.seconds > 0.001 * seconds }.map {
            "\($0.runner.words(for: sample.component)) \(Figure.fixed($0.time.seconds / seconds, 3))"
        }
        return parts.isEmpty ? nil : "  in its way stood: " + parts.joined(separator: ", ")
    }

    // MARK: Disk

    private func disk() -> [String] {
        guard view.resources.contains(.disk) else { return [] }
        let busy = view.samples.filter { $0.disk != DiskUsage() }
        guard !busy.isEmpty else { return [] }
        var lines = ["", Self.diskColumns.header]
        for sample in busy.sorted(by: { ($1.disk.requests, $0.component) < ($0.disk.requests, $1.component) }) {
            let latencies = view.latencies[sample.component] ?? TraceView.Latencies()
            lines += Self.diskColumns.row(numbers(sample.component.name, sample.disk, latencies))
            lines += failures(sample).flatMap { TextLines.wrapped($0, indent: 4) }
            if let detail = view.detail {
                for part in detail.disks where part.component == sample.component {
                    lines += Self.diskColumns.row(numbers("  \(detail.name(of: part.device))", part.usage, nil))
                }
            }
            let threads = view.threads(of: sample.component).filter { $0.disk != DiskUsage() }
            for thread in threads.sorted(by: { $0.disk.requests > $1.disk.requests }).prefix(mostThreads) {
                lines += Self.diskColumns.row(numbers(Self.name(thread), thread.disk, nil))
            }
        }
        return lines
    }

    /// Of which disk, where that is known.
    private func failures(_ sample: UsageSample) -> [String] {
        guard sample.disk.errors > 0 else { return [] }
        func words(_ disk: DiskUsage, _ place: String) -> [String] {
            [(disk.reads, "reads"), (disk.writes, "writes")].filter { $0.0.errors > 0 }
                .map { "\($0.errors) \($1)\(place)" }
        }
        let ofDisks = (view.detail?.disks ?? []).filter { $0.component == sample.component }
            .flatMap { words($0.usage, " of \(view.detail?.name(of: $0.device) ?? "")") }
        let parts = ofDisks.isEmpty ? words(sample.disk, "") : ofDisks
        return ["failed: " + parts.joined(separator: ", ")]
    }

    private func numbers(_ name: String, _ disk: DiskUsage, _ latencies: TraceView.Latencies?) -> [String] {
        func columns(_ direction: DiskUsage.Direction, _ latencies: LatencySummary?) -> [String] {
            [
                Figure.fixed(Double(direction.requests) / seconds, 0),
                Figure.bytes(Double(direction.bytes) / seconds),
                Figure.duration(direction.meanLatency), Figure.duration(latencies?.p99),
            ]
        }
        return [name] + columns(disk.reads, latencies?.diskReads) + columns(disk.writes, latencies?.diskWrites)
    }

    // MARK: Network

    private func network() -> [String] {
        guard view.resources.contains(.network) else { return [] }
        let busy = view.samples.filter { $0.network != NetworkUsage() }
        guard !busy.isEmpty else { return [] }
        func bytes(_ traffic: Traffic) -> UInt64 { traffic.sentBytes + traffic.receivedBytes }
        var lines = ["", Self.networkColumns.header]
        let ordered = busy.map { (sample: $0, total: $0.network.total) }
            .sorted { (bytes($1.total), $0.sample.component) < (bytes($0.total), $1.sample.component) }
        for (sample, total) in ordered {
            lines += Self.networkColumns.row(
                numbers(sample.component.name, total) + [Figure.fixed(Double(sample.network.retransmits) / seconds, 1)])
            for kind in view.detail == nil ? [] : SocketClass.allCases {
                guard let traffic = sample.network.traffic[kind] else { continue }
                lines += Self.networkColumns.row(numbers("  \(kind.words)", traffic))
            }
            let threads = view.threads(of: sample.component).filter { $0.use.traffic != Traffic() }
            for thread in threads.sorted(by: { bytes($0.use.traffic) > bytes($1.use.traffic) }).prefix(mostThreads) {
                lines += Self.networkColumns.row(numbers(Self.name(thread), thread.use.traffic))
            }
        }
        return lines
    }

    private func numbers(_ name: String, _ traffic: Traffic) -> [String] {
        [
            name, Figure.bytes(Double(traffic.sentBytes) / seconds),
            Figure.fixed(Double(traffic.sentPackets) / seconds, 0),
            Figure.bytes(Double(traffic.receivedBytes) / seconds),
            Figure.fixed(Double(traffic.receivedPackets) / seconds, 0),
        ]
    }

    // MARK: Memory

    private func memory() -> [String] {
        guard view.resources.contains(.memory) else { return [] }
        let busy = view.samples.filter { $0.memory.resident > 0 }
        guard !busy.isEmpty else { return [] }
        var lines = ["", Self.memoryColumns.header]
        for sample in busy.sorted(by: { ($1.memory.resident, $0.component) < ($0.memory.resident, $1.component) }) {
            lines += Self.memoryColumns.row([
                sample.component.name, Figure.bytes(Double(sample.memory.resident)),
                Figure.bytes(Double(sample.memory.anonymous)), sample.memory.walkedWords(\.proportional),
                sample.memory.walkedWords(\.referenced), sample.memory.walkedWords(\.swap),
                Figure.fixed(Double(sample.faults.minor) / seconds, 0),
                Figure.fixed(Double(sample.faults.major) / seconds, 0),
            ])
            for process in view.memory(of: sample.component).prefix(mostThreads) {
                let memory = process.memory
                lines += Self.memoryColumns.row([
                    "  \(process.name) \(process.pid)", Figure.bytes(Double(memory.resident)),
                    Figure.bytes(Double(memory.anonymous)), memory.walkedWords(\.proportional),
                    memory.walkedWords(\.referenced), memory.walkedWords(\.swap), "-", "-",
                ])
            }
        }
        if busy.contains(where: { $0.memory.isPartlyWalked }) {
            lines.append("+: at least; the page tables of some of its processes have not been walked.")
        }
        return lines
    }

    // MARK: Calls

    private func calls() -> [String] {
        guard !view.calls.isEmpty else { return [] }
        var lines = ["", Self.callColumns.header]
        var inside: [ComponentID: Double] = [:]
        for call in view.calls { inside[call.component, default: 0] += call.inside }
        let components = inside.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        for component in components {
            lines += Self.callColumns.row([component.name])
            for call in view.calls.filter({ $0.component == component }).sorted(by: { $0.inside > $1.inside }) {
                lines += Self.callColumns.row([
                    "  \(call.function)", Figure.fixed(call.callsPerSecond, 0), Figure.fixed(call.inside, 3),
                    Figure.duration(call.usage.meanTime), Figure.duration(call.durations.p50),
                    Figure.duration(call.durations.p99), Figure.fixed(Double(call.usage.left) / seconds, 1),
                ])
            }
        }
        return lines
    }

    // MARK: Stalls

    private func stalls() -> [String] {
        let stalled = view.samples.filter { !($0.stalls?.isZero ?? true) }
        let machine = view.stalls.flatMap { $0.isZero ? nil : $0 }
        guard machine != nil || !stalled.isEmpty else { return [] }
        func worst(_ stalls: Stalls?) -> Nanoseconds {
            [stalls?.cpu, stalls?.memory, stalls?.disk].reduce(0) { max($0, $1?.some ?? 0) }
        }
        var lines = ["", Self.stallColumns.header]
        if let machine { lines += Self.stallColumns.row(shares("(the machine)", machine)) }
        for sample in stalled.sorted(by: { (worst($1.stalls), $0.component) < (worst($0.stalls), $1.component) }) {
            lines += Self.stallColumns.row(shares(sample.component.name, sample.stalls ?? Stalls()))
        }
        return lines
    }

    private func shares(_ name: String, _ stalls: Stalls) -> [String] {
        func share(_ time: Nanoseconds?) -> String {
            time.map { Figure.fixed(100 * $0.seconds / seconds, 1) + "%" } ?? "\u{2013}"
        }
        return [name]
            + [stalls.cpu, stalls.memory, stalls.disk].flatMap { [share($0?.some), share($0?.full)] }
    }

    // MARK: What was lost

    private func losses() -> String { "\n" + LossWords.lines(view.losses).joined(separator: "\n") }

    /// What is missing above whatever happens.
    private func limits() -> [String] {
        view.limits.isEmpty ? [] : ["Not seen here, or not in full: " + view.limits.joined(separator: " ")]
    }

    private static func name(_ thread: ThreadUsage) -> String { "  \(thread.name) \(thread.thread.tid)" }

    private var seconds: Double { view.length.seconds }
}

extension MemoryUsage {
    /// Whether there are walks, but not of all of it; what has come since is no matter.
    var isPartlyWalked: Bool { walked > 0 && Double(walked) < 0.95 * Double(resident) }

    fileprivate func walkedWords(_ amount: KeyPath<MemoryUsage, UInt64>) -> String {
        guard walked > 0 else { return "\u{2013}" }
        return Figure.bytes(Double(self[keyPath: amount])) + (isPartlyWalked ? "+" : "")
    }
}

extension SocketClass {
    /// As a table says it.
    var words: String {
        switch self {
        case .tcp4: "TCP, IPv4"
        case .tcp6: "TCP, IPv6"
        case .udp4: "UDP, IPv4"
        case .udp6: "UDP, IPv6"
        case .unix: "Unix"
        case .other: "others"
        }
    }
}
