import MeteModel
import MeteText

/// A column of a page, by which rows can be sorted.
enum TopColumn: CaseIterable, Sendable {
    /// Of the row; sorts by the alphabet.
    case name
    case used, demand, waited, delayP50, delayP99, delayP999, voluntary, involuntary, migrations, threads, processes
    case requests, reads, readBytes, readMean, readP99, writes, writeBytes, writeMean, writeP99, failed
    case bytes, sentBytes, sentPackets, receivedBytes, receivedPackets, retransmits
    case resident, anonymous, proportional, referenced, swap, minorFaults, majorFaults
    case itself, others, realTime, throttled, steal, nobody, unknown
    case stalledCPU, stalledMemory, stalledDisk
    case calls, inside, callMean, callP50, callP99, callsLeft

    /// How its values are written.
    private enum Form {
        case cores
        /// Of the time.
        case share
        /// An amount a second.
        case rate
        case bytes
        case duration
        case count
    }

    private var form: Form {
        switch self {
        case .used, .demand, .waited, .itself, .others, .realTime, .throttled, .steal, .nobody, .unknown, .inside:
            .cores
        case .stalledCPU, .stalledMemory, .stalledDisk: .share
        case .delayP50, .delayP99, .delayP999, .readMean, .readP99, .writeMean, .writeP99, .callMean, .callP50,
            .callP99:
            .duration
        case .readBytes, .writeBytes, .bytes, .sentBytes, .receivedBytes, .resident, .anonymous, .proportional,
            .referenced, .swap:
            .bytes
        case .name, .threads, .processes: .count
        case .voluntary, .involuntary, .migrations, .requests, .reads, .writes, .failed, .sentPackets, .receivedPackets,
            .retransmits, .minorFaults, .majorFaults, .calls, .callsLeft:
            .rate
        }
    }

    /// As it stands above the numbers; where it has room as in the tables of `mete trace`.
    var title: String {
        switch self {
        case .name: "NAME"
        case .used: "USED"
        case .demand: "DEMAND"
        case .waited: "WAITED"
        case .delayP50, .callP50: "P50"
        case .delayP99, .readP99, .writeP99, .callP99: "P99"
        case .delayP999: "P99.9"
        case .voluntary: "VOLUNT/S"
        case .involuntary: "INVOL/S"
        case .migrations: "MIGR/S"
        case .threads: "THREADS"
        case .processes: "PROCS"
        case .requests: "REQS/S"
        case .reads: "READ/S"
        case .readBytes, .writeBytes, .bytes: "BYTES/S"
        case .readMean, .writeMean, .callMean: "MEAN"
        case .writes: "WRITE/S"
        case .failed: "FAILED/S"
        case .sentBytes: "SENT/S"
        case .receivedBytes: "RECEIVED/S"
        case .sentPackets, .receivedPackets: "PACKETS/S"
        case .retransmits: "RETRANS/S"
        case .resident: "RESIDENT"
        case .anonymous: "ANONYMOUS"
        case .proportional: "PSS"
        case .referenced: "REFERENCED"
        case .swap: "SWAP"
        case .minorFaults: "MINOR FAULTS/S"
        case .majorFaults: "MAJOR FAULTS/S"
        case .itself: "ITSELF"
        case .others: "OTHERS"
        case .realTime: "RT"
        case .throttled: "THROTTLED"
        case .steal: "STEAL"
        case .nobody: "NOBODY"
        case .unknown: "UNKNOWN"
        case .stalledCPU: "CPU STALL"
        case .stalledMemory: "MEM STALL"
        case .stalledDisk: "DISK STALL"
        case .calls: "CALLS/S"
        case .inside: "INSIDE"
        case .callsLeft: "LEFT/S"
        }
    }

    /// Where the title alone does not tell it from others of its page.
    var words: String {
        switch self {
        case .readP99: "READ P99"
        case .writeP99: "WRITE P99"
        case .readBytes: "READ BYTES/S"
        case .writeBytes: "WRITE BYTES/S"
        case .readMean: "READ MEAN"
        case .writeMean: "WRITE MEAN"
        case .sentPackets: "PACKETS SENT/S"
        case .receivedPackets: "PACKETS RECEIVED/S"
        case .callMean: "CALL MEAN"
        case .callP50: "CALL P50"
        case .callP99: "CALL P99"
        case .callsLeft: "CALLS LEFT/S"
        default: title
        }
    }

    var width: Int {
        switch form {
        case .cores, .share, .count: max(6, title.count)
        case .rate, .bytes: max(7, title.count)
        case .duration: max(5, title.count)
        }
    }

    /// Whether it is counted of components alone, and not of their processes and threads.
    var isOfComponents: Bool {
        switch self {
        case .delayP50, .delayP99, .delayP999, .processes, .readP99, .writeP99, .retransmits, .itself, .others,
            .realTime, .throttled, .steal, .nobody, .unknown,
            .stalledCPU, .stalledMemory, .stalledDisk, .calls, .inside, .callMean, .callP50, .callP99, .callsLeft:
            true
        default: false
        }
    }

    /// Whether it is counted of components and processes, and not of threads.
    var isOfProcesses: Bool {
        switch self {
        case .threads, .resident, .anonymous, .proportional, .referenced, .swap: true
        default: false
        }
    }

    /// What rows are sorted by, and what the cell is made of.
    ///
    /// - Parameter seconds: length of the window.
    func value(of figures: TopFigures, seconds: Double) -> Double? {
        func cores(_ time: Nanoseconds?) -> Double? { time.map { $0.seconds / seconds } }
        func rate(_ amount: UInt64?) -> Double? { amount.map { Double($0) / seconds } }
        func time(_ time: Nanoseconds?) -> Double? { time.map { Double($0) } }
        func share(_ pressure: Stalls.Pressure?) -> Double? { pressure.map { $0.some.seconds / seconds } }
        let (cpu, disk, traffic) = (figures.cpu, figures.disk, figures.traffic)
        // What no walk has found yet is not known.
        let walked = figures.memory.flatMap { $0.walked > 0 ? $0 : nil }
        return switch self {
        case .name: nil
        case .used: cores(cpu?.runTime)
        case .demand: cores(cpu.map { $0.runTime + $0.runQueueDelay })
        case .waited: cores(cpu?.runQueueDelay)
        case .delayP50: time(figures.latencies?.runQueueDelay.p50)
        case .delayP99: time(figures.latencies?.runQueueDelay.p99)
        case .delayP999: time(figures.latencies?.runQueueDelay.p999)
        case .voluntary: rate(cpu?.voluntarySwitches)
        case .involuntary: rate(cpu?.involuntarySwitches)
        case .migrations: rate(cpu?.migrations)
        case .threads: figures.threads.map { Double($0) }
        case .processes: figures.processes.map { Double($0) }
        case .requests: rate(disk?.requests)
        case .reads: rate(disk?.reads.requests)
        case .readBytes: rate(disk?.reads.bytes)
        case .readMean: time(disk?.reads.meanLatency)
        case .readP99: time(figures.latencies?.diskReads.p99)
        case .writes: rate(disk?.writes.requests)
        case .writeBytes: rate(disk?.writes.bytes)
        case .writeMean: time(disk?.writes.meanLatency)
        case .writeP99: time(figures.latencies?.diskWrites.p99)
        case .failed: rate(disk?.errors)
        case .bytes: rate(traffic.map { $0.sentBytes &+ $0.receivedBytes })
        case .sentBytes: rate(traffic?.sentBytes)
        case .sentPackets: rate(traffic?.sentPackets)
        case .receivedBytes: rate(traffic?.receivedBytes)
        case .receivedPackets: rate(traffic?.receivedPackets)
        case .retransmits: rate(figures.retransmits)
        case .resident: figures.memory.map { Double($0.resident) }
        case .anonymous: figures.memory.map { Double($0.anonymous) }
        case .proportional: walked.map { Double($0.proportional) }
        case .referenced: walked.map { Double($0.referenced) }
        case .swap: walked.map { Double($0.swap) }
        case .minorFaults: rate(figures.faults?.minor)
        case .majorFaults: rate(figures.faults?.major)
        case .itself: cores(figures.meanwhile?.itself)
        case .others: cores(figures.meanwhile?.others)
        case .realTime: cores(figures.meanwhile?.realTime)
        case .throttled: cores(figures.throttled)
        case .steal: cores(figures.meanwhile?.steal)
        case .nobody: cores(figures.meanwhile?.nobody)
        case .unknown: cores(figures.meanwhile?.unknown)
        case .stalledCPU: share(figures.stalls?.cpu)
        case .stalledMemory: share(figures.stalls?.memory)
        case .stalledDisk: share(figures.stalls?.disk)
        case .calls: rate(figures.calls?.calls)
        case .inside: cores(figures.calls?.time)
        case .callMean: time(figures.calls?.meanTime)
        case .callP50: time(figures.callDurations?.p50)
        case .callP99: time(figures.callDurations?.p99)
        case .callsLeft: rate(figures.calls?.left)
        }
    }

    /// A cell; blank for what is not counted of such a row.
    ///
    /// - Parameter seconds: length of the window.
    func text(of figures: TopFigures, seconds: Double) -> String {
        let text = text(of: value(of: figures, seconds: seconds))
        switch self {
        // At least as much: page tables of some processes have not been walked.
        case .proportional, .referenced, .swap:
            return text.isEmpty || figures.memory?.isPartlyWalked != true ? text : text + "+"
        default: return text
        }
    }

    /// No wider than the column: cores lose decimals, and counts become millions.
    func text(of value: Double?) -> String {
        guard let value else { return "" }
        switch form {
        case .cores:
            let texts = [3, 2, 1, 0].lazy.map { Figure.fixed(value, $0) }
            return texts.first { $0.count <= width } ?? Figure.fixed(value, 0)
        case .rate, .count:
            // What is rare is not nothing.
            let text = Figure.fixed(value, value > 0 && value < 1 ? 1 : 0)
            return text.count <= width ? text : Figure.fixed(value / 1e6, 0) + "M"
        case .share: return Figure.fixed(100 * value, 1) + "%"
        case .bytes: return Figure.bytes(value)
        case .duration: return Figure.duration(Int64(value))
        }
    }

    /// What a value deserves: coloured is only what somebody may have to do something about.
    func style(of value: Double?, in figures: TopFigures, seconds: Double) -> ScreenLine.Style {
        guard let value, value > 0 else { return .faint }
        switch self {
        case .waited:
            // By the share of what was wanted that was waited for.
            let demand = Self.demand.value(of: figures, seconds: seconds) ?? 0
            guard value >= 0.05 else { return .plain }
            return value > 0.5 * demand ? .alarm : value > 0.2 * demand ? .warning : .plain
        case .delayP99: return value >= 20e6 ? .alarm : value >= 2e6 ? .warning : .plain
        case .retransmits, .majorFaults: return .warning
        case .failed: return .alarm
        // From a tenth of the time on.
        case .stalledCPU, .stalledMemory, .stalledDisk: return value >= 0.1 ? .warning : .plain
        default: return Double(text(of: value)) == 0 ? .faint : .plain
        }
    }
}
