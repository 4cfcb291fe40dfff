package import MeteModel

/// Decides where each component's share is set: a pure function.
///
/// A group that holds only one component's processes is used where it is. Processes in the hierarchy's root, or in a
/// group with others, go to `mete/NAME` if the policy lets them be moved, and otherwise stay and are named.
/// `rest` never moves: it holds the kernel's threads and whatever manages them. What is in a group of mete's own and may
/// not be there any more, because the policy has changed or it has become another component's, is a stray and goes home.
package struct Placer {
    private let version: CgroupHierarchy.Version
    private let root: String
    /// Whether mete made the cgroup at this path.
    private let isMade: (String) -> Bool

    package init(
        version: CgroupHierarchy.Version, root: String = "/", isMade: @escaping (String) -> Bool = { _ in false }
    ) {
        self.version = version
        self.root = root
        self.isMade = isMade
    }

    /// The group under `mete` for a component.
    package func ownGroup(of component: ComponentID) -> String {
        "\(OwnGroup.path(below: root))/\(GroupName.escape(component.name))"
    }

    /// `looseCgroups` tells where loose threads are; memberships name every process of the instance, `rest` included.
    package func place(
        _ memberships: [Membership], movable: Set<ComponentID>, looseCgroups: [ThreadRef: String]
    ) -> [ComponentID: Placement] {
        var holder: [String: Int] = [:]
        var shared: Set<String> = [root]
        func occupy(_ cgroup: String, _ index: Int) {
            if let other = holder.updateValue(index, forKey: cgroup), other != index { shared.insert(cgroup) }
        }
        for (index, membership) in memberships.enumerated() {
            for process in membership.processes { occupy(process.cpuCgroup, index) }
            for thread in membership.looseThreads { if let cgroup = looseCgroups[thread] { occupy(cgroup, index) } }
        }
        var placements: [ComponentID: Placement] = [:]
        for membership in memberships where membership.component != .rest {
            let mayMove = movable.contains(membership.component)
            placements[membership.component] = place(membership, mayMove, shared, looseCgroups)
        }
        return placements
    }

    /// Processes and threads in groups of mete's own that may not be there: their component is `rest`, or is not to be moved.
    package func strays(
        _ memberships: [Membership], movable: Set<ComponentID>, looseCgroups: [ThreadRef: String]
    ) -> (processes: [ProcessRef], threads: [ThreadRef]) {
        var strays: (processes: [ProcessRef], threads: [ThreadRef]) = ([], [])
        for membership in memberships where membership.component == .rest || !movable.contains(membership.component) {
            strays.processes += membership.processes.filter { isMade($0.cpuCgroup) }
            // On v2 a thread is where its process is.
            guard version == .v1 else { continue }
            strays.threads += membership.looseThreads.filter { looseCgroups[$0].map(isMade) ?? false }
        }
        return strays
    }

    private func place(
        _ membership: Membership, _ mayMove: Bool, _ shared: Set<String>, _ looseCgroups: [ThreadRef: String]
    ) -> Placement {
        var placement = Placement()
        var groups: Set<String> = []
        var staying: [String: Int] = [:]
        let own = ownGroup(of: membership.component)
        /// Whether a group can carry the component's share. Those that mete made for others cannot, nor its own without leave to move.
        func isUsable(_ cgroup: String) -> Bool {
            !shared.contains(cgroup) && (!isMade(cgroup) || (mayMove && cgroup == own))
        }
        for process in membership.processes {
            if isUsable(process.cpuCgroup) {
                groups.insert(process.cpuCgroup)
            } else if mayMove {
                placement.processes.append(process)
            } else if !isMade(process.cpuCgroup) {
                staying[process.cpuCgroup, default: 0] += 1
            }
        }
        var stayingThreads: [Int32: Int] = [:]
        for thread in membership.looseThreads {
            let cgroup = looseCgroups[thread]
            if let cgroup, isUsable(cgroup) {
                groups.insert(cgroup)
            } else if mayMove, version == .v1 {
                placement.threads.append(thread)
            } else if version == .v2 || !(cgroup.map(isMade) ?? false) {
                stayingThreads[thread.pid, default: 0] += 1
            }
        }
        for (cgroup, count) in staying.sorted(by: { $0.key < $1.key }) {
            placement.unmanaged.append(
                "\(count) process(es) in cgroup \(cgroup), which is not theirs alone, so no weight and no `max` is set for "
                    + "them; `move: true` lets mete give them a group of their own")
        }
        if !stayingThreads.isEmpty { placement.unmanaged.append(note(onThreads: stayingThreads)) }
        if !placement.processes.isEmpty || !placement.threads.isEmpty {
            placement.ownGroup = own
            groups.insert(own)
        } else if groups.contains(own) {
            placement.ownGroup = own
        }
        placement.groups = groups.sorted()
        return placement
    }

    /// Why threads stay as they are whose process belongs to several components, this one perhaps among them.
    private func note(onThreads threads: [Int32: Int]) -> String {
        let count = threads.values.reduce(0, +)
        let named = threads.keys.sorted().prefix(3).map(String.init).joined(separator: ", ")
        let others = threads.count > 3 ? " and \(threads.count - 3) more" : ""
        let what =
            "\(count) thread(s) of process(es) \(named)\(others), whose threads are divided between components: no weight and no "
            + "`max` is set for them"
        return switch version {
        case .v1: what + "; `move: true` lets mete put single threads into a group"
        case .v2:
            what
                + ", since a cgroup v2 that controls CPU holds whole processes; `mode: reserved` guarantees single threads their time"
        }
    }
}
