import MeteModel

/// What a recording keeps of each component in each window. The numbers are in files and never change; they may have gaps.
package enum Metric: Int, CaseIterable, Sendable {
    /// Nanoseconds.
    case runTime = 0
    /// Nanoseconds.
    case runQueueDelay = 1
    case voluntarySwitches = 2
    case involuntarySwitches = 3
    case migrations = 4
    case minorFaults = 5
    case majorFaults = 6
    case readRequests = 7
    case readBytes = 8
    /// Nanoseconds, the sum over the requests.
    case readLatency = 9
    case writeRequests = 10
    case writeBytes = 11
    /// Nanoseconds, the sum over the requests.
    case writeLatency = 12
    case sentBytes = 13
    case sentPackets = 14
    case receivedBytes = 15
    case receivedPackets = 16
    case retransmits = 17
    case threads = 18
    case processes = 19
    /// Nanoseconds; of the waits for a CPU in the window.
    case delayP50 = 20
    case delayP99 = 21
    case delayP999 = 22
    /// Of the machine: thousandths of a CPU.
    case capacity = 23
    case steal = 24
    case interrupts = 25
    /// Of the machine, since the recording began: records, requests and calls that were lost or could not be attributed.
    case lost = 26
    /// Bytes that processes have in memory, and of these what is neither of a file nor shared.
    case resident = 27
    case anonymous = 28
    /// Nanoseconds.
    case readP99 = 29
    case writeP99 = 30
    /// Of the machine: CPUs.
    case cpus = 31
    /// Nanoseconds; the part of the delay for which quotas held threads back.
    case throttled = 40
    /// Bytes, of those processes whose page tables were walked: accessed lately, in memory with a share of what is shared, in swap.
    case referenced = 45
    case proportional = 46
    case swap = 47
    /// Nanoseconds, of the component's cgroups or of the machine, while at least one thread stood still for want of memory and while all did.
    case memoryStalledSome = 48
    case memoryStalledFull = 49
    /// Nanoseconds for which others than the component ran while its threads waited for a CPU.
    case disturbed = 50
    /// Thousandths of a core: what the agent forecast, what it allotted.
    case forecastMedian = 51
    case forecastP95 = 52
    case allotted = 53
    /// Seconds for which the guarantee did not hold, each once.
    case breaches = 54
    /// Processes that lived less than a window and used next to nothing, of which nothing else is kept.
    case briefProcesses = 55
    /// Of a function in a component: calls that began.
    case calls = 60
    /// Nanoseconds that threads were inside, and that calls took.
    case callTime = 61
    case callP99 = 62
    /// Calls that ended without a return.
    case callsLeft = 63
    /// Nanoseconds.
    case callP50 = 64
    /// As those for want of memory.
    case cpuStalledSome = 70
    case cpuStalledFull = 71
    case diskStalledSome = 72
    case diskStalledFull = 73
    /// Bytes that those processes have in memory whose page tables were walked.
    case walked = 74
    /// Requests that failed, which are in none of the other figures of disks.
    case readErrors = 75
    case writeErrors = 76

    /// Where a sample has it: the place in `allCases`.
    var position: Int { Self.positions[rawValue] }

    private static let positions: [Int] = {
        var positions = Array(repeating: 0, count: (allCases.map(\.rawValue).max() ?? 0) + 1)
        for (position, metric) in allCases.enumerated() { positions[metric.rawValue] = position }
        return positions
    }()

    /// How a value is kept in a file.
    private enum Form {
        case whole
        /// In units of a microsecond: what is finer is noise that takes a third of the room.
        case microseconds
        /// As the class of a histogram whose end it is; 0 for none.
        case histogramClass
    }

    private var form: Form {
        switch self {
        case .runTime, .runQueueDelay, .readLatency, .writeLatency, .throttled, .disturbed, .callTime,
            .memoryStalledSome, .memoryStalledFull, .cpuStalledSome, .cpuStalledFull, .diskStalledSome,
            .diskStalledFull:
            .microseconds
        case .delayP50, .delayP99, .delayP999, .readP99, .writeP99, .callP50, .callP99: .histogramClass
        default: .whole
        }
    }

    /// Whether it is a time, in nanoseconds.
    package var isTime: Bool { form != .whole }

    /// Whether it is one of a distribution, of which there may be nothing: then it is 0.
    package var isQuantile: Bool { form == .histogramClass }

    /// Whether it is in thousandths of a core.
    package var isCores: Bool {
        switch self {
        case .capacity, .steal, .interrupts, .forecastMedian, .forecastP95, .allotted: true
        default: false
        }
    }

    /// Whether only some recordings have it, so that a 0 says nothing.
    package var isOccasional: Bool {
        switch self {
        case .disturbed, .forecastMedian, .forecastP95, .allotted, .breaches, .briefProcesses: true
        default: false
        }
    }

    /// Whether it is time for which threads stood still, which the machine has of its own: components stand still at the same time.
    package var isStall: Bool {
        switch self {
        case .memoryStalledSome, .memoryStalledFull, .cpuStalledSome, .cpuStalledFull, .diskStalledSome,
            .diskStalledFull:
            true
        default: false
        }
    }

    /// Whether the machine's is the sum of its components', or none.
    package var addsUpOverComponents: Bool { !isStall && !isOfMachineOnly }

    /// Whether components have none of it.
    package var isOfMachineOnly: Bool { name.hasPrefix("machine.") }

    func packed(_ value: Int64) -> Int64 {
        switch form {
        case .whole: value
        case .microseconds: value / 1000 + value % 1000 / 500
        case .histogramClass: value > 0 ? Int64(LatencyHistogram.index(of: value - 1)) + 1 : 0
        }
    }

    func unpacked(_ number: Int64) -> Int64 {
        switch form {
        case .whole: number
        case .microseconds: number &* 1000
        case .histogramClass:
            number > 0 ? LatencyHistogram.upperBound(of: Int(min(number, Int64(LatencyHistogram.classes))) - 1) : 0
        }
    }

    /// How windows become one longer one.
    package enum Fold: Sendable {
        /// An amount: it adds up.
        case sum
        /// A level, of which the highest is kept.
        case highest
    }

    package var fold: Fold {
        switch self {
        case .threads, .processes, .delayP50, .delayP99, .delayP999, .capacity, .steal, .interrupts, .lost,
            .resident, .anonymous, .referenced, .proportional, .swap, .walked, .readP99, .writeP99, .cpus,
            .forecastMedian, .forecastP95, .allotted, .callP50, .callP99:
            .highest
        default: .sum
        }
    }

    /// As a user asks for it: `disk.read-bytes`.
    package var name: String {
        switch self {
        case .runTime: "cpu.run"
        case .runQueueDelay: "cpu.delay"
        case .voluntarySwitches: "cpu.voluntary"
        case .involuntarySwitches: "cpu.involuntary"
        case .migrations: "cpu.migrations"
        case .delayP50: "cpu.delay-p50"
        case .delayP99: "cpu.delay-p99"
        case .delayP999: "cpu.delay-p99.9"
        case .minorFaults: "memory.minor-faults"
        case .majorFaults: "memory.major-faults"
        case .readRequests: "disk.reads"
        case .readBytes: "disk.read-bytes"
        case .readLatency: "disk.read-latency"
        case .writeRequests: "disk.writes"
        case .writeBytes: "disk.write-bytes"
        case .writeLatency: "disk.write-latency"
        case .readErrors: "disk.read-errors"
        case .writeErrors: "disk.write-errors"
        case .sentBytes: "network.sent-bytes"
        case .sentPackets: "network.sent-packets"
        case .receivedBytes: "network.received-bytes"
        case .receivedPackets: "network.received-packets"
        case .retransmits: "network.retransmits"
        case .threads: "threads"
        case .processes: "processes"
        case .capacity: "machine.capacity"
        case .steal: "machine.steal"
        case .interrupts: "machine.interrupts"
        case .lost: "machine.lost"
        case .resident: "memory.resident"
        case .anonymous: "memory.anonymous"
        case .readP99: "disk.read-p99"
        case .writeP99: "disk.write-p99"
        case .cpus: "machine.cpus"
        case .disturbed: "cpu.disturbed"
        case .forecastMedian: "forecast.median"
        case .forecastP95: "forecast.p95"
        case .allotted: "plan.allotted"
        case .breaches: "guarantee.breaches"
        case .briefProcesses: "processes.brief"
        case .throttled: "cpu.throttled"
        case .calls: "calls.count"
        case .callTime: "calls.time"
        case .callP50: "calls.p50"
        case .callP99: "calls.p99"
        case .callsLeft: "calls.left"
        case .referenced: "memory.referenced"
        case .proportional: "memory.proportional"
        case .swap: "memory.swap"
        case .walked: "memory.walked"
        case .memoryStalledSome: "memory.stalled-some"
        case .memoryStalledFull: "memory.stalled-full"
        case .cpuStalledSome: "cpu.stalled-some"
        case .cpuStalledFull: "cpu.stalled-full"
        case .diskStalledSome: "disk.stalled-some"
        case .diskStalledFull: "disk.stalled-full"
        }
    }

    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}
