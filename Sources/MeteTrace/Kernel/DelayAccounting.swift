import Glibc

/// Whether the kernel keeps each thread's run-queue delay (sched_info.run_delay).
///
/// It does with CONFIG_SCHEDSTATS, or with CONFIG_TASK_DELAY_ACCT while kernel.task_delayacct is 1 (sched_info_on() in
/// kernel/sched/stats.h). Where it does not, mete times waits with wake-up hooks of its own.
package enum DelayAccounting: Equatable, Sendable {
    case kept
    /// Switching this sysctl on would make the kernel keep it.
    case off(sysctl: String)
    case missing

    package static let sysctl = "/proc/sys/kernel/task_delayacct"

    package static func current(proc: String = "/proc") -> DelayAccounting {
        let hasSwitch = access("\(proc)/sys/kernel/task_delayacct", F_OK) == 0
        // `run_time run_delay timeslices`; all are 0 where sched_info is off (proc_pid_schedstat() in fs/proc/base.c).
        guard let file = fopen("\(proc)/self/schedstat", "re") else {
            return hasSwitch ? .off(sysctl: "\(proc)/sys/kernel/task_delayacct") : .missing
        }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return .missing }
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let fields = text.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
        guard fields.allSatisfy({ $0 == 0 }) else { return .kept }
        return hasSwitch ? .off(sysctl: "\(proc)/sys/kernel/task_delayacct") : .missing
    }
}
