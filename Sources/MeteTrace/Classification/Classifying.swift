package import MeteModel

/// Decides which component each process, or each of its threads, belongs to.
///
/// Called for every fork and exec, from one task at a time.
package protocol Classifying: Sendable {
    /// The component of the threads of `process`.
    mutating func assignment(of process: ProcessFacts, lookup: ProcessLookup) -> Assignment

    /// What applies to a component that `assignment` named.
    func policy(of component: ComponentID) -> ComponentPolicy

    /// Whether a process's component can change when an ancestor of it executes another program.
    var dependsOnAncestors: Bool { get }
}
