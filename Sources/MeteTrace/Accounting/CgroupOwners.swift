import MeteModel

/// Which component has a cgroup for itself: all processes in it, and in those below it, are of that component, or were when there
/// were any. What the kernel's own threads read and write on the account of such a group, above all pages that they write back, is that
/// component's.
///
/// A group without a process keeps its owner, since pages are written back up to half a minute after whoever wrote to them has ended.
struct CgroupOwners {
    private struct Owned: Equatable {
        var id: UInt64
        var component: ComponentID
        var slot: Int
    }

    enum Change: Equatable {
        case set(id: UInt64, slot: Int)
        case forget(id: UInt64)
    }

    private let hierarchy: IOHierarchy
    private var owned: [String: Owned] = [:]

    init(_ hierarchy: IOHierarchy) {
        self.hierarchy = hierarchy
    }

    /// What the kernel side is to be told after processes have come, gone or moved.
    ///
    /// Costs about a microsecond per process, and a system call per group: a service that was started anew has a group of the same path,
    /// and another number.
    ///
    /// - Parameter slot: of a component; nil when it has none of its own.
    mutating func changes(
        _ processes: some Sequence<(component: ComponentID?, cgroups: [CgroupMembership])>,
        slot: (ComponentID) -> Int?
    ) -> [Change] {
        let found = owners(processes)
        var changes: [Change] = []
        for (path, former) in owned.sorted(by: { $0.key < $1.key }) {
            let id = hierarchy.id(ofGroup: path)
            let isSame = (found[path] ?? former.component) == former.component && slot(former.component) == former.slot
            guard id != former.id || !isSame else { continue }
            owned[path] = nil
            changes.append(.forget(id: former.id))
        }
        for (path, component) in found.sorted(by: { $0.key < $1.key }) where owned[path] == nil {
            guard let component, let slot = slot(component), let id = hierarchy.id(ofGroup: path) else { continue }
            owned[path] = Owned(id: id, component: component, slot: slot)
            changes.append(.set(id: id, slot: slot))
        }
        return changes
    }

    /// By path, of groups with processes in or below them; nil for one with processes of several components. The root is nobody's.
    private func owners(
        _ processes: some Sequence<(component: ComponentID?, cgroups: [CgroupMembership])>
    ) -> [String: ComponentID?] {
        var leaves: [String: ComponentID?] = [:]
        func merge(_ component: ComponentID?, into groups: inout [String: ComponentID?], at path: String) {
            if let other = groups[path] {
                if other != component { groups[path] = .some(nil) }
            } else {
                groups[path] = .some(component)
            }
        }
        for (component, cgroups) in processes {
            guard let path = cgroups.first(where: hierarchy.contains)?.path, path != "/" else { continue }
            merge(component, into: &leaves, at: path)
        }
        var all = leaves
        for (path, component) in leaves {
            var above = path[...]
            while let slash = above.lastIndex(of: "/"), slash > above.startIndex {
                above = above[..<slash]
                merge(component, into: &all, at: String(above))
            }
        }
        return all
    }
}
