package import MeteModel

/// What came of a plan.
package struct Outcome: Equatable, Sendable {
    package struct Applied: Equatable, Sendable {
        package var write: Write
        package var cost: Nanoseconds
    }

    /// A write that the kernel refused.
    package struct Failure: Equatable, Sendable {
        package var write: Write
        package var error: ControlError
    }

    /// What was written and stayed.
    package var applied: [Applied] = []
    /// Writes not made because what is there is what is wanted.
    package var standing: [Write] = []
    /// Settings left to another writer, with whose value stands.
    package var yielded: [Yield] = []
    /// Settings whose thread, process or group ended before the write.
    package var gone: [Setting] = []
    /// Of these, those that have ended themselves: of a membership it may be the group that is gone.
    package var ended: [Setting] = []
    package var failures: [Failure] = []
    /// What was written and then taken back because something of the same scope failed, in the order of undoing.
    package var rolledBack: [Setting] = []
    /// Writes not tried, because something of the same scope had failed.
    package var abandoned: [Write] = []
    /// Why nothing at all was written: without a journal there is no write.
    package var journalError: ControlError?
    /// Time spent on all of it, journal included.
    package var cost: Nanoseconds = 0

    package init() {}

    /// Writes whose value is in force, whether it had to be written or stood there.
    package var inForce: [Write] { applied.map(\.write) + standing }
}

/// A setting that another writer changed after mete had, and that mete therefore leaves alone.
///
/// Linux does not say who wrote a file; the value is all that is known.
package struct Yield: Equatable, Sendable {
    package var setting: Setting
    /// What mete had left there.
    package var left: SettingValue
    /// What stands there now.
    package var found: SettingValue
    package var since: Instant
    /// When mete takes it up again by itself; nil until told to.
    package var until: Instant?
}
