package import MeteModel

/// What is in force for one component's CPU.
package struct EnforcementReport: Equatable, Sendable, Codable {
    /// The mode in force; absent while nothing is enforced.
    package var mode: CPUMode?
    /// The mode that the policy asks for.
    package var wantedMode: CPUMode
    /// Directories of the groups whose settings mete writes for it.
    package var cgroups: [String]
    package var reservations: [ReservationReport]
    /// Threads that would be reserved and are not.
    package var sharedThreads: [SharedThread]
    /// Ids of the threads that run in the shortest slices that the kernel takes, so that they need not wait for the slices of others.
    package var shortSlices: [Int32]
    /// Settings that somebody else wrote and that mete leaves alone.
    package var yielded: [YieldedSetting]
    /// What is not in force, or less than wanted, and why; what failed and what to do.
    package var notes: [String]

    package init(
        mode: CPUMode? = nil, wantedMode: CPUMode = .shared, cgroups: [String] = [],
        reservations: [ReservationReport] = [], sharedThreads: [SharedThread] = [], shortSlices: [Int32] = [],
        yielded: [YieldedSetting] = [], notes: [String] = []
    ) {
        self.mode = mode
        self.wantedMode = wantedMode
        self.cgroups = cgroups
        self.reservations = reservations
        self.sharedThreads = sharedThreads
        self.shortSlices = shortSlices
        self.yielded = yielded
        self.notes = notes
    }
}

/// A thread with a SCHED_DEADLINE reservation.
package struct ReservationReport: Equatable, Sendable, Codable {
    package var tid: Int32
    package var name: String
    package var runtimeNanoseconds: Nanoseconds
    package var periodNanoseconds: Nanoseconds

    package init(tid: Int32, name: String, runtimeNanoseconds: Nanoseconds, periodNanoseconds: Nanoseconds) {
        self.tid = tid
        self.name = name
        self.runtimeNanoseconds = runtimeNanoseconds
        self.periodNanoseconds = periodNanoseconds
    }
}

/// A thread that stays under the fair scheduler, and why.
package struct SharedThread: Equatable, Sendable, Codable {
    package var tid: Int32
    package var name: String
    package var reason: String

    package init(tid: Int32, name: String, reason: String) {
        self.tid = tid
        self.name = name
        self.reason = reason
    }
}

/// A setting whose value is somebody else's.
package struct YieldedSetting: Equatable, Sendable, Codable {
    /// File, or thread and attribute.
    package var path: String
    /// What mete left there.
    package var ours: String
    /// What stands there now.
    package var standing: String

    package init(path: String, ours: String, standing: String) {
        self.path = path
        self.ours = ours
        self.standing = standing
    }
}
