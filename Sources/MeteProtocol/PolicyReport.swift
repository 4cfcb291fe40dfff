/// The policy in force, and what became of the last attempt to load one.
package struct PolicyReport: Equatable, Sendable, Codable {
    /// Absent when components are found by discovery.
    package var file: String?
    /// When the policy in force was loaded.
    package var loadedAt: Double
    /// Absent when the last attempt succeeded.
    package var lastFailure: PolicyFailure?
    /// What the policy names and this machine does not have now; absent when there is nothing of the kind.
    package var warnings: [PolicyProblem]?

    package init(
        file: String? = nil, loadedAt: Double, lastFailure: PolicyFailure? = nil, warnings: [PolicyProblem]? = nil
    ) {
        self.file = file
        self.loadedAt = loadedAt
        self.lastFailure = lastFailure
        self.warnings = warnings
    }
}
