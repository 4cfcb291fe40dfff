package import MeteModel

/// The cores that each component's weight has to stand for: what it must get once everybody wants everything, pure arithmetic.
///
/// A plan lends what a component is not expected to use; its weight must not be lent with it. Weights act only among those that
/// want to run, so one that stands at the guarantee costs nobody anything while its owner sleeps, and its owner wakes up to the
/// guarantee instead of waiting for the next tick. The same holds for a small floor of everybody, so that nothing starves.
/// Together that can be more than there is; then what exceeds guarantee and floor is cut in proportion.
package enum StandingShares {
    /// Cores that every component stands for at least.
    static let floor = 0.02
    /// Share of the capacity that stands for the rest: the kernel's own threads, sessions, and mete itself.
    static let floorOfRest = 0.0625

    /// Factor on the weight of what is served first. Measured with redis beside four hogs on two CPUs: from about twenty on, more
    /// weight no longer shortens the tail.
    static let precedence = 32.0

    /// The factor on a component's weight that serves it first, or 1.
    ///
    /// A component that somebody waits for and that asks for no more than the cores it stands for takes nothing from anybody by being
    /// served first, and does not wait behind time slices of others. Once it asks for more, it is held to its share again.
    package static func precedence(of directive: CPUDirective, standing: Double) -> Double {
        directive.isLatencySensitive && directive.plannedDemand <= standing ? precedence : 1
    }

    /// In the order of the directives; they sum to at most the capacity, and nobody is below its guarantee unless those do not fit.
    package static func cores(of directives: [CPUDirective], capacity: Double) -> [Double] {
        let floors = directives.map { directive in
            max(directive.guarantee, directive.component == .rest ? floorOfRest * capacity : floor)
        }
        let wanted = zip(directives, floors).map { max($0.allotment, $1) }
        let excess = wanted.reduce(0, +) - capacity
        guard excess > 0 else { return wanted }
        let cuttable = zip(wanted, floors).map { $0 - $1 }
        let slack = cuttable.reduce(0, +)
        if slack > excess { return zip(wanted, cuttable).map { $0 - excess * $1 / slack } }
        // Floors give way to guarantees, and only where those alone are too much are they scaled.
        let guarantees = directives.map(\.guarantee)
        let promised = guarantees.reduce(0, +)
        guard promised < capacity else { return guarantees.map { $0 * capacity / promised } }
        let extra = zip(floors, guarantees).map { $0 - $1 }
        let scale = (capacity - promised) / extra.reduce(0, +)
        return zip(guarantees, extra).map { $0 + $1 * scale }
    }
}
