package import MeteModel

/// What a recording keeps of a window beside the samples of its components.
package struct RecordedDetail: Equatable, Sendable {
    package struct Device: Equatable, Sendable {
        package var component: ComponentID
        package var device: DiskDevice
        /// As the machine called it when it was recorded.
        package var name: String
        package var usage: DiskUsage

        package init(component: ComponentID, device: DiskDevice, name: String, usage: DiskUsage) {
            self.component = component
            self.device = device
            self.name = name
            self.usage = usage
        }
    }

    package struct Sockets: Equatable, Sendable {
        package var component: ComponentID
        package var kind: SocketClass
        package var traffic: Traffic

        package init(component: ComponentID, kind: SocketClass, traffic: Traffic) {
            self.component = component
            self.kind = kind
            self.traffic = traffic
        }
    }

    /// One of the busiest threads of a component.
    package struct Thread: Equatable, Sendable {
        package var component: ComponentID
        package var tid: Int32
        package var pid: Int32
        package var name: String
        package var use: ThreadUse
        package var disk: DiskUsage

        package init(
            component: ComponentID, tid: Int32, pid: Int32, name: String, use: ThreadUse, disk: DiskUsage = DiskUsage()
        ) {
            self.component = component
            self.tid = tid
            self.pid = pid
            self.name = name
            self.use = use
            self.disk = disk
        }
    }

    /// By device, then by component.
    package var devices: [Device] = []
    /// By component.
    package var sockets: [Sockets] = []
    /// By who waited, the longest first.
    package var disturbances: [Disturbance] = []
    /// By component, the busiest first; as many of each as the recording was asked for.
    package var threads: [Thread] = []

    package init() {}
}

extension RecordedDetail {
    /// From lines of one window, in any order. What a later mete may have added is passed over.
    package init(_ samples: some Sequence<DetailSample>) {
        for sample in samples {
            switch sample.kind {
            case .device: Device(sample).map { devices.append($0) }
            case .socket: Sockets(sample).map { sockets.append($0) }
            case .disturbance: Disturbance(sample).map { disturbances.append($0) }
            case .thread: Thread(sample).map { threads.append($0) }
            }
        }
        devices.sort { ($0.device, $0.component) < ($1.device, $1.component) }
        sockets.sort { ($0.component, $0.kind.rawValue) < ($1.component, $1.kind.rawValue) }
        disturbances.sort { ($0.waiter, $1.time, $0.runner.key) < ($1.waiter, $0.time, $1.runner.key) }
        threads.sort {
            ($0.component, $1.use.cpu.runTime, $1.use.cpu.runQueueDelay, $0.tid)
                < ($1.component, $0.use.cpu.runTime, $0.use.cpu.runQueueDelay, $1.tid)
        }
    }

    /// All of it as lines.
    package var samples: [DetailSample] {
        devices.map(\.sample) + sockets.map(\.sample) + disturbances.map(\.sample) + threads.map(\.sample)
    }
}

// MARK: Lines

extension RecordedDetail.Device {
    /// `259:0 nvme0n1`.
    package init?(_ sample: DetailSample) {
        let words = sample.key.split(separator: " ", maxSplits: 1)
        let numbers = words.first?.split(separator: ":").compactMap { UInt32($0) }
        guard sample.kind == .device, words.count == 2, let numbers, numbers.count == 2 else { return nil }
        self.init(
            component: sample.component, device: DiskDevice(major: numbers[0], minor: numbers[1]),
            name: String(words[1]), usage: DiskUsage(sample))
    }

    fileprivate var sample: DetailSample {
        DetailSample(
            component: component, kind: .device, key: "\(device.major):\(device.minor) \(name)", values: usage.values)
    }
}

extension RecordedDetail.Sockets {
    package init?(_ sample: DetailSample) {
        guard sample.kind == .socket, let kind = SocketClass(rawValue: sample.key) else { return nil }
        self.init(component: sample.component, kind: kind, traffic: Traffic(sample))
    }

    fileprivate var sample: DetailSample {
        DetailSample(component: component, kind: .socket, key: kind.rawValue, values: traffic.values)
    }
}

extension Disturbance {
    package init?(_ sample: DetailSample) {
        guard sample.kind == .disturbance, let runner = Runner(key: sample.key) else { return nil }
        self.init(waiter: sample.component, runner: runner, time: sample[.disturbed])
    }

    fileprivate var sample: DetailSample {
        DetailSample(component: waiter, kind: .disturbance, key: runner.key, values: [time])
    }
}

extension Disturbance.Runner {
    /// `component NAME`, or another kind.
    fileprivate var key: String { component.map { "\(kind) \($0.name)" } ?? kind }

    fileprivate init?(key: String) {
        let words = key.split(separator: " ", maxSplits: 1)
        guard let kind = words.first else { return nil }
        self.init(kind: String(kind), component: words.count > 1 ? ComponentID(String(words[1])) : nil)
    }
}

extension RecordedDetail.Thread {
    /// `TID PID NAME`, and a name may be anything.
    package init?(_ sample: DetailSample) {
        let words = sample.key.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard sample.kind == .thread, words.count == 3, let tid = Int32(words[0]), let pid = Int32(words[1]) else {
            return nil
        }
        self.init(
            component: sample.component, tid: tid, pid: pid, name: String(words[2]), use: ThreadUse(sample),
            disk: DiskUsage(sample))
    }

    fileprivate var sample: DetailSample {
        let cpu = use.cpu
        return DetailSample(
            component: component, kind: .thread, key: "\(tid) \(pid) \(name)",
            values: [
                cpu.runTime, cpu.runQueueDelay, Int64(clamping: cpu.voluntarySwitches),
                Int64(clamping: cpu.involuntarySwitches), Int64(clamping: cpu.migrations),
                Int64(clamping: use.faults.minor), Int64(clamping: use.faults.major),
            ] + disk.values + use.traffic.values)
    }
}

// MARK: Values in the order of `DetailKind.metrics`

extension DiskUsage {
    fileprivate init(_ sample: DetailSample) {
        func amount(_ metric: Metric) -> UInt64 { UInt64(clamping: sample[metric]) }
        self.init(
            reads: Direction(
                requests: amount(.readRequests), bytes: amount(.readBytes), latency: sample[.readLatency],
                errors: amount(.readErrors)),
            writes: Direction(
                requests: amount(.writeRequests), bytes: amount(.writeBytes), latency: sample[.writeLatency],
                errors: amount(.writeErrors)))
    }

    fileprivate var values: [Int64] {
        [reads, writes].flatMap {
            [Int64(clamping: $0.requests), Int64(clamping: $0.bytes), $0.latency, Int64(clamping: $0.errors)]
        }
    }
}

extension Traffic {
    fileprivate init(_ sample: DetailSample) {
        func amount(_ metric: Metric) -> UInt64 { UInt64(clamping: sample[metric]) }
        self.init(
            sentBytes: amount(.sentBytes), sentPackets: amount(.sentPackets), receivedBytes: amount(.receivedBytes),
            receivedPackets: amount(.receivedPackets))
    }

    fileprivate var values: [Int64] {
        [sentBytes, sentPackets, receivedBytes, receivedPackets].map { Int64(clamping: $0) }
    }
}

extension ThreadUse {
    fileprivate init(_ sample: DetailSample) {
        func amount(_ metric: Metric) -> UInt64 { UInt64(clamping: sample[metric]) }
        self.init(
            cpu: CPUUsage(
                runTime: sample[.runTime], runQueueDelay: sample[.runQueueDelay],
                voluntarySwitches: amount(.voluntarySwitches), involuntarySwitches: amount(.involuntarySwitches),
                migrations: amount(.migrations)),
            faults: PageFaults(minor: amount(.minorFaults), major: amount(.majorFaults)), traffic: Traffic(sample))
    }
}
