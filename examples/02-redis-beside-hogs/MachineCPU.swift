import Glibc
import MeteTestSupport

/// What the whole machine has.
enum MachineCPU {
    static var online: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

    /// CPU time since boot that was not idle, of all CPUs together; time stolen by the hypervisor counts as busy.
    static func busySeconds() throws -> Double {
        let stat = try TextFile.read("/proc/stat")
        // proc_stat(5): user nice system idle iowait irq softirq steal; guest times are in user and nice already.
        let fields = stat.prefix { $0 != "\n" }.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
        guard fields.count == 8 else {
            throw DemoError.unreadable(what: "/proc/stat", reason: "its first line is short")
        }
        let ticks = fields.reduce(0, +) - fields[3] - fields[4]
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
