extension Journal {
    /// The cgroup that what is in one of mete's own groups belongs in: where the first that was moved there came from, or the
    /// nearest above it that is still there and not mete's. Nil for groups that mete did not make.
    func home(of cgroup: String, in hierarchy: CgroupHierarchy) -> String? {
        let folder = hierarchy.folder(of: cgroup)
        guard contents.isOwnGroup(folder) else { return nil }
        let origin = contents.origins[folder].map(hierarchy.cgroup(ofFolder:)) ?? FolderPath.parent(of: cgroup)
        return hierarchy.nearest(to: origin) { contents.isOwnGroup(hierarchy.folder(of: $0)) }
    }
}
