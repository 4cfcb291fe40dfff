/// What the agent sees, and what it does not.
package struct TracingReport: Equatable, Sendable, Codable {
    /// A probe that this kernel has no place for.
    package struct MissingProbe: Equatable, Sendable, Codable {
        package var name: String
        package var tracepoint: String

        package init(name: String, tracepoint: String) {
            self.name = name
            self.tracepoint = tracepoint
        }
    }

    /// Of `cpu`, `disk`, `network`, `memory` and `calls`.
    package var traced: [String]
    package var missingProbes: [MissingProbe]

    package init(traced: [String], missingProbes: [MissingProbe] = []) {
        self.traced = traced
        self.missingProbes = missingProbes
    }
}
