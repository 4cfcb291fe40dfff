import MeteControl
import MeteModel
import MeteProtocol

/// Keeps an eye on what a policy names and the machine may not have: cgroups by their exact paths, and systemd units.
///
/// Not there is no error, for a service may be started later; but a path that is written wrong looks the same, so it is told. Costs
/// a look at each path every ten seconds, and while a unit is missing a walk over the cgroups of units every minute.
struct PolicyWatch {
    private static let interval: Nanoseconds = 10 * .perSecond
    private static let walkInterval: Nanoseconds = 60 * .perSecond

    private let hierarchies: CgroupHierarchies
    private var known: Set<String> = []
    private var unitFolders: [String: String] = [:]
    private var next: Nanoseconds = 0
    private var nextWalk: Nanoseconds = 0

    init(_ hierarchies: CgroupHierarchies) {
        self.hierarchies = hierarchies
    }

    func isDue(at now: Nanoseconds) -> Bool { now >= next }

    /// Another policy may name other units: walks at the next look.
    mutating func forgetWalk() { nextWalk = 0 }

    /// - Returns: all that is missing now, and what of it was not missing at the last look.
    mutating func look(
        for policy: Policy, file: String?, at now: Nanoseconds
    ) -> (all: [PolicyProblem], new: [PolicyProblem]) {
        next = now + Self.interval
        guard let file else { return ([], []) }
        let absences = PolicyAbsences(policy)
        let units = absences.units
        unitFolders = unitFolders.filter { units.contains($0.key) && KernelFile.isFolder($0.value) }
        if unitFolders.count < units.count, now >= nextWalk {
            unitFolders = hierarchies.folders(ofUnits: units)
            nextWalk = now + Self.walkInterval
        }
        let isThere = unitFolders
        let all = absences.problems(
            file: file, hasCgroup: hierarchies.contains, hasUnit: { isThere[$0] != nil })
        let new = all.filter { !known.contains($0.text) }
        known = Set(all.map(\.text))
        return (all, new)
    }
}
