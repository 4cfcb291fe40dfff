/// Mete's own cgroups: `mete` under the root of a hierarchy, and what is below it.
///
/// A process that mete moved there still belongs where it came from, so that a rule on cgroups does not stop matching because of
/// mete's own doing.
package enum OwnGroups {
    package static let root = "/mete"

    package static func contains(_ path: String) -> Bool {
        path == root || path.hasPrefix(root + "/")
    }

    /// What classification is shown: `found`, with groups of mete's own replaced by those of `before` in the same hierarchy.
    static func masked(_ found: [CgroupMembership], before: [CgroupMembership]) -> [CgroupMembership] {
        found.map { membership in
            guard contains(membership.path) else { return membership }
            let home = before.first { $0.controllers == membership.controllers }
            return home ?? CgroupMembership(controllers: membership.controllers, path: "/")
        }
    }
}
