package import MeteModel

/// What is in force for one component's CPU.
package struct ComponentControlStatus: Equatable, Sendable {
    package struct Reservation: Equatable, Sendable {
        package var thread: ThreadRef
        package var name: String
        package var runtime: Nanoseconds
        package var period: Nanoseconds
        /// Why it is smaller than wanted, in words.
        package var reasons: [String]
    }

    /// A thread that was to be reserved and is not, and why.
    package struct SharedThread: Equatable, Sendable {
        package var thread: ThreadRef
        package var name: String
        package var reason: String
    }

    package var component: ComponentID
    /// `reserved` once at least one thread is; else `shared`.
    package var mode = CPUMode.shared
    /// Paths of the cgroups through which its share is set, with their weights in the scheduler's unit (1,024 is
    /// the default of a group). Empty where nothing is enforced.
    package var weights: [String: Double] = [:]
    package var reservations: [Reservation] = []
    package var sharedThreads: [SharedThread] = []
    /// Threads that have the shortest slice that the kernel takes, by id.
    package var shortSlices: [Int32] = []
    package var yielded: [Yield] = []
    /// Share of the allotment that the weights can hold when everybody wants everything; below 1 the range of weights is too small.
    package var reach = 1.0
    /// What is not enforced and why; what failed and what to do.
    package var notes: [String] = []

    package init(component: ComponentID) {
        self.component = component
    }
}
