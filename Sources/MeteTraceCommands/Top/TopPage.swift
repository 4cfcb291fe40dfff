import MeteModel

/// One resource: the columns that tell of it.
enum TopPage: Int, CaseIterable, Sendable {
    case cpu, disk, network, memory, delays, calls

    var title: String {
        switch self {
        case .cpu: "CPU"
        case .disk: "disk"
        case .network: "network"
        case .memory: "memory"
        case .delays: "delays"
        case .calls: "calls"
        }
    }

    /// What has to be traced for it; nothing for what always is.
    var needs: TracedResources {
        switch self {
        case .disk: .disk
        case .network: .network
        case .memory: .memory
        case .cpu, .delays, .calls: []
        }
    }

    /// From left to right.
    var columns: [TopColumn] {
        switch self {
        case .cpu:
            [
                .used, .demand, .waited, .delayP50, .delayP99, .delayP999, .voluntary, .involuntary, .migrations,
                .threads, .processes,
            ]
        case .disk:
            [
                .requests, .reads, .readBytes, .readMean, .readP99, .writes, .writeBytes, .writeMean, .writeP99,
                .failed,
            ]
        case .network: [.bytes, .sentBytes, .sentPackets, .receivedBytes, .receivedPackets, .retransmits]
        case .memory:
            [
                .resident, .anonymous, .proportional, .referenced, .swap, .minorFaults, .majorFaults, .threads,
                .processes,
            ]
        case .delays:
            [
                .waited, .delayP50, .delayP99, .delayP999, .itself, .others, .realTime, .throttled, .steal, .nobody,
                .unknown, .stalledCPU, .stalledMemory, .stalledDisk,
            ]
        case .calls: [.calls, .inside, .callMean, .callP50, .callP99, .callsLeft]
        }
    }

    /// Those that a narrow screen has, the first first.
    var priorities: [TopColumn] {
        switch self {
        case .cpu:
            [
                .used, .demand, .waited, .delayP99, .threads, .processes, .delayP50, .delayP999, .involuntary,
                .voluntary, .migrations,
            ]
        case .disk:
            [
                .reads, .writes, .readBytes, .writeBytes, .readP99, .writeP99, .failed, .readMean, .writeMean,
                .requests,
            ]
        case .network: [.sentBytes, .receivedBytes, .retransmits, .sentPackets, .receivedPackets, .bytes]
        case .memory:
            [
                .resident, .anonymous, .majorFaults, .minorFaults, .processes, .proportional, .swap, .referenced,
                .threads,
            ]
        case .delays:
            [
                .waited, .delayP99, .others, .itself, .throttled, .delayP999, .delayP50, .realTime, .stalledCPU,
                .stalledMemory, .stalledDisk, .steal, .nobody, .unknown,
            ]
        case .calls: [.inside, .calls, .callP50, .callP99, .callMean, .callsLeft]
        }
    }

    /// What rows are sorted by until somebody asks for something else.
    var sort: TopColumn {
        switch self {
        case .cpu: .demand
        case .disk: .requests
        case .network: .bytes
        case .memory: .resident
        case .delays: .waited
        case .calls: .inside
        }
    }

    /// What the history of a component is drawn of.
    func level(of sample: UsageSample, in view: TraceView) -> Double {
        let seconds = max(1, sample.window).seconds
        return switch self {
        case .cpu: sample.demand
        case .disk: Double(sample.disk.requests) / seconds
        case .network: (sample.network.total.sentBytes &+ sample.network.total.receivedBytes).rate(seconds)
        case .memory: Double(sample.memory.resident)
        case .delays: sample.cpu.runQueueDelay.seconds / seconds
        case .calls: TopFigures(sample, in: view).calls.map { $0.time.seconds / seconds } ?? 0
        }
    }

    /// Whether anything of a component is on this page.
    func isIdle(_ sample: UsageSample, in view: TraceView) -> Bool {
        switch self {
        case .cpu: sample.cpu == CPUUsage()
        case .disk: sample.disk == DiskUsage()
        case .network: sample.network == NetworkUsage()
        case .memory: sample.memory.resident == 0 && sample.faults == PageFaults()
        case .delays: sample.cpu.runQueueDelay == 0
        case .calls: !view.calls.contains { $0.component == sample.component }
        }
    }

    /// The same of a process or thread.
    func isIdle(_ figures: TopFigures) -> Bool {
        switch self {
        case .cpu: figures.cpu == CPUUsage()
        case .disk: figures.disk == DiskUsage()
        case .network: figures.traffic == Traffic()
        case .memory: figures.faults == PageFaults() && figures.memory == nil
        case .delays: figures.cpu?.runQueueDelay == 0
        case .calls: figures.calls == nil
        }
    }
}

extension UInt64 {
    fileprivate func rate(_ seconds: Double) -> Double { Double(self) / seconds }
}
