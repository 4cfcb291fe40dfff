/// The cgroup that holds all others of mete's own: `mete`, below the root of a hierarchy as this process sees it.
package enum OwnGroup {
    package static let name = "mete"

    /// - Parameter root: the cgroup at the mount point; `/` unless only a part of the hierarchy is mounted.
    package static func path(below root: String) -> String {
        (root == "/" ? "" : root) + "/" + name
    }

    /// Whether a group is that one or lies in it.
    package static func contains(_ path: String, below root: String) -> Bool {
        let own = Self.path(below: root)
        return path == own || path.hasPrefix(own + "/")
    }
}
