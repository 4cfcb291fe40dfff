import Glibc

/// What the machine can give in a window: its CPUs less what the hypervisor and interrupts took.
package struct CapacityReading: Equatable, Sendable {
    /// CPUs that are online.
    package var cpus: Int
    /// Cores that the hypervisor kept to itself while a CPU here had work.
    package var steal: Double
    /// Cores spent in hard and soft interrupts, which no thread is charged for.
    package var interrupts: Double

    package init(cpus: Int, steal: Double = 0, interrupts: Double = 0) {
        self.cpus = cpus
        self.steal = steal
        self.interrupts = interrupts
    }

    /// Cores that threads can have.
    package var cores: Double { max(0.01, Double(cpus) - steal - interrupts) }
}

/// Measures capacity from /proc/stat, of which the ticks of 10 ms are too coarse for a window of 100 ms: what is past counts by exp(-age / 2 s),
/// however long windows are. The first window counts in full.
struct CapacityMeter {
    private let path: String
    private var last: Times?
    private var reading: CapacityReading
    private var isFirst = true

    private static let memory = 2.0

    private struct Times {
        var cpus = 0
        var total: UInt64 = 0
        var steal: UInt64 = 0
        var interrupts: UInt64 = 0
    }

    /// - Throws: `TraceError` when the file cannot be read at all.
    init(path: String = "/proc/stat") throws(TraceError) {
        self.path = path
        guard let now = Self.read(path) else {
            throw TraceError(
                code: .readFailed, operation: "read \(path)", cause: "no line of the form `cpu user nice system …`",
                remedy: "mount /proc")
        }
        reading = CapacityReading(cpus: now.cpus)
        last = now
    }

    /// - Parameter seconds: since the last call.
    /// - Returns: the capacity, as it was before when the file cannot be read this time.
    mutating func measure(seconds: Double) -> CapacityReading {
        guard let now = Self.read(path) else { return reading }
        defer { last = now }
        reading.cpus = now.cpus
        guard let last, now.total > last.total, now.cpus == last.cpus else { return reading }
        let perTick = Double(now.cpus) / Double(now.total - last.total)
        let weight = isFirst ? 1 : 1 - exp(-seconds / Self.memory)
        isFirst = false
        let steal = Double(now.steal &- last.steal) * perTick
        let interrupts = Double(now.interrupts &- last.interrupts) * perTick
        reading.steal += weight * (min(steal, Double(now.cpus)) - reading.steal)
        reading.interrupts += weight * (min(interrupts, Double(now.cpus)) - reading.interrupts)
        return reading
    }

    /// Fields of the `cpu` line are user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)).
    private static func read(_ path: String) -> Times? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var times = Times()
        var line = [CChar](repeating: 0, count: 512)
        var hasTotal = false
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix("cpu") else { break }
            if text.hasPrefix("cpu ") {
                let fields = text.split(separator: " ").dropFirst().prefix(8).compactMap {
                    UInt64($0.filter(\.isNumber))
                }
                guard fields.count == 8 else { return nil }
                times.total = fields.reduce(0, &+)
                times.interrupts = fields[5] &+ fields[6]
                times.steal = fields[7]
                hasTotal = true
            } else {
                times.cpus += 1
            }
        }
        return hasTotal && times.cpus > 0 ? times : nil
    }
}
