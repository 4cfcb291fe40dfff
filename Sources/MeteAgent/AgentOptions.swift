import MeteModel

/// What an agent is started with.
package struct AgentOptions: Sendable {
    /// Policy file, or nil to find components by themselves.
    package var policyFile: String?
    /// Whether plans are put in force; otherwise nothing is ever written to the kernel but probes.
    package var enforces = false
    /// Whether a policy that this machine could not hold is refused even when nothing is enforced.
    package var checksMachine = false
    /// Where the journal is.
    package var stateFolder: String
    /// Where the API listens; nil for none.
    package var socket: String?
    /// Bytes of the ring buffer.
    package var ringBytes: UInt32 = 1 << 20

    package init(stateFolder: String, socket: String?) {
        self.stateFolder = stateFolder
        self.socket = socket
    }
}
