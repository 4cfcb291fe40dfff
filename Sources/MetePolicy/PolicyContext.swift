internal import Glibc
package import MeteModel

/// What of the machine a policy is checked against.
package struct PolicyContext: Sendable {
    /// Cores there are to share.
    package var capacity: Double
    /// Periods that SCHED_DEADLINE accepts: `kernel.sched_deadline_period_min_us` and `..._max_us`.
    package var reservationPeriods: ClosedRange<Nanoseconds>
    /// The id of a user by name; nil when there is none.
    package var userID: @Sendable (_ name: String) -> UInt32?

    package init(
        capacity: Double,
        reservationPeriods: ClosedRange<Nanoseconds> = PolicyContext.defaultReservationPeriods,
        userID: @escaping @Sendable (_ name: String) -> UInt32? = PolicyContext.systemUserID
    ) {
        self.capacity = capacity
        self.reservationPeriods = reservationPeriods
        self.userID = userID
    }

    /// The kernel's defaults: 100 µs to 2²² µs (kernel/sched/deadline.c).
    package static let defaultReservationPeriods: ClosedRange<Nanoseconds> = 100_000...4_194_304_000

    /// The shortest runtime that SCHED_DEADLINE accepts (`1 << DL_SCALE`).
    static let shortestReservation: Nanoseconds = 1_024

    /// Asks the machine's user database (getpwnam_r); a database that cannot be read knows nobody.
    @Sendable package static func systemUserID(_ name: String) -> UInt32? {
        var buffer = [CChar](repeating: 0, count: 1_024)
        while buffer.count <= 1 << 20 {
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            switch getpwnam_r(name, &entry, &buffer, buffer.count, &found) {
            case EINTR: continue
            case ERANGE: buffer = [CChar](repeating: 0, count: 4 * buffer.count)
            default: return found == nil ? nil : entry.pw_uid
            }
        }
        return nil
    }
}
