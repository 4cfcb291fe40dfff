package import Glibc

/// The CPU time that a process has used, to the nanosecond, up to now even while its threads run.
///
/// The kernel brings the sum up to date for each reading (clock_getcpuclockid(3)); /proc/PID/stat has it in ticks of 10 ms.
package struct ProcessCPUClock {
    package let process: pid_t
    private let clock: clockid_t

    package init(of process: pid_t) throws(ProcessError) {
        var clock = clockid_t()
        let code = clock_getcpuclockid(process, &clock)
        guard code == 0 else { throw ProcessError("get the CPU clock of", "process \(process)", errno: code) }
        self.process = process
        self.clock = clock
    }

    /// Fails when the process has ended.
    package func nanoseconds() throws(ProcessError) -> Int64 {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else {
            throw ProcessError("read the CPU clock of", "process \(process)", errno: errno)
        }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
