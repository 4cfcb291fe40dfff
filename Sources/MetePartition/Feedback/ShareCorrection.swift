import MeteModel

/// The factor by which a component's weight is raised because its weight alone does not hold its guarantee.
///
/// Weights divide each CPU, not the machine: a component with fewer runnable threads than CPUs, or whose threads the load
/// balancer left on one CPU, gets less than its weight says. So the factor is raised in proportion to what is missing, and
/// falls back slowly once nothing is: multiplicative increase by at most a half per window, decrease by a fiftieth.
package struct ShareCorrection: Equatable, Sendable {
    package static let most = 64.0

    /// At least 1.
    package private(set) var factor = 1.0

    package init() {}

    package mutating func observe(_ verdict: GuaranteeWatch.Verdict) {
        switch verdict.state {
        case .breached:
            let missing = verdict.got > 0 ? verdict.entitled / verdict.got : 1.5
            factor = min(Self.most, factor * min(1.5, max(1, missing)))
        case .met, .idle:
            factor = max(1, factor * 0.98)
        }
    }
}
