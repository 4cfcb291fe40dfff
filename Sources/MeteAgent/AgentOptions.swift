package import MeteModel
package import MeteTrace

/// What an agent is started with.
package struct AgentOptions: Sendable {
    /// Policy file, or nil to find components by themselves.
    package var policyFile: String?
    /// What becomes of plans.
    package var control = Control.none
    /// Where the journal is.
    package var stateFolder: String
    /// Where the API listens; nil for none.
    package var socket: String?
    /// What is traced. Who keeps run-queue delays is found out at the start, whatever stands here.
    package var probes: KernelProbes.Options = {
        var options = KernelProbes.Options()
        // No decision is made by either, and a tick is too short to be read by people.
        options.disturbanceInterval = .perSecond
        options.memoryReadings = 100
        return options
    }()
    package static let mostRingBytes: UInt32 = 1 << 30

    /// Where ticks are recorded; nil for nowhere.
    package var recording: Recording?

    package struct Recording: Sendable {
        package var path: String
        /// For which single ticks and decisions are kept; their sums stay.
        package var age: Nanoseconds
        /// Above which the oldest part of the file is given up.
        package var mostBytes: Int64
        /// What is to be known of the machine, by name.
        package var facts: [String: String]

        package init(path: String, age: Nanoseconds, mostBytes: Int64, facts: [String: String]) {
            self.path = path
            self.age = age
            self.mostBytes = mostBytes
            self.facts = facts
        }
    }

    package enum Control: Sendable {
        /// They are only made: nothing is ever written to the kernel but probes.
        case none
        /// They go as far as the executor, which remembers what it would write. A policy that this machine cannot hold is refused.
        case rehearsed
        /// They are put in force. A policy that this machine cannot hold is refused.
        case enforced
    }

    package init(stateFolder: String, socket: String?) {
        self.stateFolder = stateFolder
        self.socket = socket
    }
}
