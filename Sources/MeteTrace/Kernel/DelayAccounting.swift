import CMeteProbes
import Glibc

/// Whether the kernel keeps each thread's run-queue delay (sched_info.run_delay), and can be believed.
///
/// It does with CONFIG_SCHEDSTATS, or with CONFIG_TASK_DELAY_ACCT while kernel.task_delayacct is 1 (sched_info_on() in
/// kernel/sched/stats.h). Since Linux 6.12 a thread that goes to sleep may stay in its queue for a while, and counts all of its sleep as a
/// wait when it is taken to another CPU meanwhile (sched_info_enqueue()). Where the kernel does not keep delays, or such ones, mete times
/// waits with wake-up hooks of its own.
package enum DelayAccounting: Equatable, Sendable {
    case kept
    /// Kept or not, sleep is among them.
    case withSleep
    /// Switching this sysctl on would make the kernel keep it.
    case off(sysctl: String)
    case missing

    package static let sysctl = "/proc/sys/kernel/task_delayacct"

    private static let countsSleep = mete_kernel_delays_dequeue() > 0

    package static func current() -> DelayAccounting {
        if countsSleep { return .withSleep }
        if isKept { return .kept }
        return access(sysctl, F_OK) == 0 ? .off(sysctl: sysctl) : .missing
    }

    /// Whether the kernel keeps any, right or wrong.
    package static var isKept: Bool {
        // `run_time run_delay timeslices`; all are 0 where sched_info is off (proc_pid_schedstat() in fs/proc/base.c).
        guard let file = fopen("/proc/self/schedstat", "re") else { return false }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return false }
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let fields = text.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
        return !fields.allSatisfy { $0 == 0 }
    }
}
