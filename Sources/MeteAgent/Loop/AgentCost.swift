import Glibc
import MeteModel

/// What the agent itself uses.
package struct AgentCost: Equatable, Sendable {
    /// Cores, over the last second or so.
    package var cores = 0.0
    package var residentBytes: UInt64 = 0
}

/// Measures the agent's own cost about once a second.
struct CostMeter {
    private var lastRead: Nanoseconds = 0
    private var lastUsed: Nanoseconds = 0
    private(set) var cost = AgentCost()

    mutating func measure(at now: Instant) {
        guard now.nanoseconds - lastRead >= .perSecond else { return }
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return }
        let times = [usage.ru_utime, usage.ru_stime]
        let used = times.reduce(Nanoseconds(0)) {
            $0 + Nanoseconds($1.tv_sec) * .perSecond + Nanoseconds($1.tv_usec) * 1000
        }
        if lastRead > 0 { cost.cores = Double(used - lastUsed) / Double(now.nanoseconds - lastRead) }
        lastRead = now.nanoseconds
        lastUsed = used
        cost.residentBytes = Self.residentBytes() ?? cost.residentBytes
    }

    /// Second field of statm, in pages (proc_pid_statm(5)).
    private static func residentBytes() -> UInt64? {
        guard let file = fopen("/proc/self/statm", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return nil }
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
