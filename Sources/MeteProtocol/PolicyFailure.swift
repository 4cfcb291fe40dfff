/// A policy that did not load; the one before it stays in force.
package struct PolicyFailure: Equatable, Sendable, Codable {
    package var at: Double
    package var problems: [PolicyProblem]

    package init(at: Double, problems: [PolicyProblem]) {
        self.at = at
        self.problems = problems
    }
}
