import MeteModel
import SeededRandom

@testable import MeteStore

/// Made-up windows with something of everything in them, the same for the same seed.
struct Example {
    private var random: SplitMix64
    private let interval: Nanoseconds
    private var end: Int64
    var components: [ComponentID] = ["web", "db"].map { ComponentID($0) }

    init(seed: UInt64, interval: Nanoseconds, begin: Int64 = 1_800_000_000 * .perSecond) {
        random = SplitMix64(seed: seed)
        self.interval = interval
        end = begin
    }

    mutating func windows(_ count: Int) -> [RecordedWindow] { (0..<count).map { _ in window() } }

    /// As a file keeps it: times in microseconds, lists in their order.
    mutating func window() -> RecordedWindow {
        end += interval
        var machine = RecordedSample(end: end, length: interval)
        machine[.cpus] = 2
        var samples: [(component: ComponentID, sample: RecordedSample)] = []
        var lines: [DetailSample] = []
        for component in components.sorted() {
            var sample = RecordedSample(end: end, length: interval)
            sample[.runTime] = amount(1000) * 1000
            sample[.threads] = 1 + amount(50)
            samples.append((component, sample))
            for kind in DetailKind.allCases {
                for key in keys(kind) where random.uniform() < 0.4 {
                    let values = kind.metrics.map { $0.unpacked(amount(100_000)) }
                    lines.append(DetailSample(component: component, kind: kind, key: key, values: values))
                }
            }
        }
        return RecordedWindow(machine: machine, components: samples, detail: RecordedDetail(lines))
    }

    private mutating func amount(_ most: UInt64) -> Int64 { Int64(1 + random.next() % most) }

    private func keys(_ kind: DetailKind) -> [String] {
        switch kind {
        case .device: ["259:0 nvme0n1", "8:16 sdb"]
        case .socket: SocketClass.allCases.map(\.rawValue)
        case .disturbance: ["component web", "component db/a b", "real-time", "idle"]
        case .thread: ["12 10 worker", "13 10 a name: with spaces", "14 10 ", "15 10 ü"]
        }
    }
}
