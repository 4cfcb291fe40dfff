internal import Glibc
package import MeteModel

/// The clock that the cost of a write is measured by.
package enum MonotonicClock {
    package static func now() -> Nanoseconds {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Nanoseconds(time.tv_sec) * .perSecond + Nanoseconds(time.tv_nsec)
    }
}
