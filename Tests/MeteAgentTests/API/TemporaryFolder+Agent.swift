import MeteTestSupport

extension TemporaryFolder {
    /// A folder for one test's agent.
    convenience init() throws { try self.init(prefix: "mete-api") }

    /// Where a test's agent listens.
    var socket: String { file("run/agent.sock") }
}
