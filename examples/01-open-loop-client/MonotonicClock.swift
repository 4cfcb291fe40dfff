import Glibc

/// Nanoseconds on the machine's monotonic clock, and of CPU time that this process has used.
enum MonotonicClock {
    static func now() -> Int64 { read(CLOCK_MONOTONIC) }

    static func processCPUTime() -> Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// Cannot fail: both clocks exist on every Linux, and the address is valid.
    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
