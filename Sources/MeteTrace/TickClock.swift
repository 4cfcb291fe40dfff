import Glibc
package import MeteModel

/// Wakes the loop at each tick, or earlier for a signal. Ticks that are missed are counted, not made up for.
///
/// Signals are taken here, by sigtimedwait(2), instead of by handlers: the loop is where they are acted on. They must have been
/// blocked in every thread, so `blockSignals` comes before any other thread is made.
package struct TickClock {
    package enum Event: Equatable, Sendable {
        case tick
        /// SIGINT or SIGTERM: stop and restore.
        case stop
        /// SIGHUP: load the policy again.
        case reload
    }

    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    private var next: Nanoseconds
    package private(set) var missed: UInt64 = 0

    package init() {
        next = Self.now()
    }

    /// To be called on the main thread before another thread exists; others inherit it.
    package static func blockSignals() {
        var set = signalSet()
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for the end of a tick of this length, or for a signal.
    package mutating func wait(tick: Nanoseconds) -> Event {
        var deadline = next + tick
        let start = Self.now()
        if start - deadline >= tick {
            let late = (start - deadline) / tick
            missed += UInt64(late)
            deadline += late * tick
        }
        let event = Self.wait(until: deadline)
        if event == .tick { next = deadline }
        return event
    }

    /// Waits until an instant of this clock, or for a signal.
    package static func wait(until deadline: Nanoseconds) -> Event {
        while true {
            let left = max(0, deadline - now())
            var timeout = timespec(tv_sec: Int(left / .perSecond), tv_nsec: Int(left % .perSecond))
            var set = signalSet()
            switch sigtimedwait(&set, nil, &timeout) {
            case SIGINT, SIGTERM: return .stop
            case SIGHUP: return .reload
            case -1 where errno == EINTR: continue
            default: return .tick
            }
        }
    }

    package static func now() -> Nanoseconds {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Nanoseconds(time.tv_sec) * .perSecond + Nanoseconds(time.tv_nsec)
    }

    private static func signalSet() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
