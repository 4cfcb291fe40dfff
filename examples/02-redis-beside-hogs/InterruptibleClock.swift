import Glibc

/// Waiting that SIGINT, SIGTERM and SIGHUP end by an error, so that an interrupted demo unwinds and cleans up like a failed one.
///
/// The signals stay blocked; they are taken here and nowhere else, and cannot cut a clean-up short.
struct InterruptibleClock {
    private var signals = sigset_t()

    init() {
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Monotonic time in nanoseconds.
    func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    func sleep(until moment: Int64) throws(DemoError) {
        var signals = signals
        while true {
            let rest = max(0, moment - now())
            var timeout = timespec(tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
            let signal = sigtimedwait(&signals, nil, &timeout)
            if signal > 0 { throw .interrupted(signal: signal) }
            // EAGAIN: the time is over. EINTR: another signal, such as SIGCONT.
            if errno != EINTR { return }
        }
    }

    /// Looks every few milliseconds until the condition holds.
    func wait(for what: String, seconds: Double, _ condition: () throws -> Bool) throws {
        let deadline = now() + Int64(seconds * 1e9)
        while try !condition() {
            guard now() < deadline else { throw DemoError.tookTooLong(what: what, seconds: seconds) }
            try sleep(until: now() + 5_000_000)
        }
    }
}
