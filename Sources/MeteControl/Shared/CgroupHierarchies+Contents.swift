extension CgroupHierarchies {
    /// Whether any hierarchy that this process sees has this cgroup.
    package func contains(_ cgroup: String) -> Bool {
        all.contains { KernelFile.isFolder($0.folder(of: cgroup)) }
    }

    /// The folders of these systemd units, of those that have one. Reads every folder of the hierarchies in which systemd keeps units, until
    /// all are found.
    package func folders(ofUnits units: Set<String>) -> [String: String] {
        var found: [String: String] = [:]
        var folders = ofUnits.map(\.mountPoint)
        while found.count < units.count, let folder = folders.popLast() {
            // A group that ends meanwhile has nothing in it.
            for name in (try? KernelFile.folders(in: folder)) ?? [] {
                let path = "\(folder)/\(name)"
                // systemd puts `_` before names that would collide with a file of the cgroup file system.
                let unit = name.first == "_" ? String(name.dropFirst()) : name
                if units.contains(unit) { found[unit] = path }
                folders.append(path)
            }
        }
        return found
    }
}
