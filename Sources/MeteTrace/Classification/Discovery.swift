package import MeteModel

/// Finds components where no policy names any: the innermost container, else the systemd unit, else the cgroup, else the tree
/// of processes that a process is in. The kernel's own threads are the component `kernel`.
///
/// What these components are to get is not guessed: all have the plain defaults.
package struct Discovery: Classifying {
    /// What a process's component was found by.
    enum Origin: Equatable {
        case kernel
        case container(Container)
        /// A service or scope; the user's id where it belongs to a user's own systemd.
        case unit(Substring, user: Substring?)
        case cgroup([Substring])
        case tree(root: ProcessFacts)
    }

    private var treeNames = ProcessTreeNames()

    package init() {}

    package let dependsOnAncestors = true

    package mutating func assignment(of process: ProcessFacts, lookup: ProcessLookup) -> Assignment {
        .process(ComponentID(name(for: Self.origin(of: process, lookup: lookup), lookup: lookup)))
    }

    package func policy(of component: ComponentID) -> ComponentPolicy {
        ComponentPolicy(id: component)
    }

    /// What the facts say the process's component is.
    static func origin(of process: ProcessFacts, lookup: ProcessLookup) -> Origin {
        if process.isKernelThread { return .kernel }
        let paths = process.distinctCgroupPaths { $0.tellsComponentsApart && $0.path != "/" }.map(CgroupPath.init)
        if let container = paths.lazy.compactMap(\.containers.last).first { return .container(container) }
        if let unit = paths.lazy.compactMap(unit(on:)).first { return unit }
        if let path = paths.first { return .cgroup(path.steps) }
        return .tree(root: ProcessLineage.root(of: process, lookup: lookup))
    }

    /// The innermost service or scope of the path.
    ///
    /// `user@UID.service` is a user's systemd and contains the user's own units. Its `init.scope` is that systemd itself.
    private static func unit(on path: CgroupPath) -> Origin? {
        let units = path.services
        guard let innermost = units.last else { return nil }
        guard let manager = units.dropLast().last(where: isUserManager) else {
            return .unit(innermost, user: nil)
        }
        if innermost == "init.scope" { return .unit(manager, user: nil) }
        return .unit(innermost, user: manager.dropFirst("user@".count).dropLast(".service".count))
    }

    private static func isUserManager(_ unit: Substring) -> Bool {
        unit.starts(withBytesOf: "user@") && unit.ends(withBytesOf: ".service")
    }

    private mutating func name(for origin: Origin, lookup: ProcessLookup) -> String {
        switch origin {
        case .kernel: "kernel"
        case .container(let container): "\(container.runtime)-\(ComponentName.usable(container.shortID))"
        case .unit(let unit, nil): ComponentName.usable(unit)
        case .unit(let unit, let user?): ComponentName.usable("user-\(user):\(unit)")
        case .cgroup(let steps): ComponentName.usable(Self.cgroupName(steps))
        case .tree(let root): treeNames.name(of: root, lookup: lookup)
        }
    }

    /// A slice's name contains the names of those around it; other groups are named by their whole path.
    private static func cgroupName(_ steps: [Substring]) -> Substring {
        if let last = steps.last, last.ends(withBytesOf: ".slice") { return last }
        return Substring(steps.joined(separator: "!"))
    }
}
