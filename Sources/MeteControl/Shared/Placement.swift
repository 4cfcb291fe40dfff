package import MeteModel

/// Through which cgroups a component can be given its share, and what has to move for that.
package struct Placement: Equatable, Sendable {
    /// Groups all of whose processes are the component's, its group under `mete` included once there is one.
    package var groups: [String] = []
    /// The component's group under `mete`, if it needs one.
    package var ownGroup: String?
    package var processes: [ProcessRef] = []
    package var threads: [ThreadRef] = []
    /// Why some of it competes as it stands, in words.
    package var unmanaged: [String] = []
    /// Whether any of it competes as it stands.
    package var hasUnmanaged: Bool { !unmanaged.isEmpty }

    package init() {}
}

/// Decides where each component's share is set: a pure function.
///
/// A group that holds only one component's processes is used where it is. Processes in the hierarchy's root, or in a
/// group with others, go to `mete/NAME` if the policy lets them be moved, and otherwise stay and are named.
/// `rest` never moves: it holds the kernel's threads and whatever manages them.
package struct Placer: Sendable {
    private let version: CgroupHierarchy.Version
    private let root: String

    package init(version: CgroupHierarchy.Version, root: String = "/") {
        self.version = version
        self.root = root
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

    private func place(
        _ membership: Membership, _ mayMove: Bool, _ shared: Set<String>, _ looseCgroups: [ThreadRef: String]
    ) -> Placement {
        var placement = Placement()
        var groups: Set<String> = []
        var staying: [String: Int] = [:]
        for process in membership.processes {
            if !shared.contains(process.cpuCgroup) {
                groups.insert(process.cpuCgroup)
            } else if mayMove {
                placement.processes.append(process)
            } else {
                staying[process.cpuCgroup, default: 0] += 1
            }
        }
        var stayingThreads: [Int32: Int] = [:]
        for thread in membership.looseThreads {
            if let cgroup = looseCgroups[thread], !shared.contains(cgroup) {
                groups.insert(cgroup)
            } else if mayMove, version == .v1 {
                placement.threads.append(thread)
            } else {
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
            let own = ownGroup(of: membership.component)
            placement.ownGroup = own
            groups.insert(own)
        } else if groups.contains(ownGroup(of: membership.component)) {
            placement.ownGroup = ownGroup(of: membership.component)
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
