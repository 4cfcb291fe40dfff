/// One mounted cgroup hierarchy.
///
/// Paths of cgroups are the kernel's, from the hierarchy's root (`/system.slice/x.service`), as
/// /proc/PID/cgroup shows them; `folder(of:)` turns one into the folder where it is mounted.
package struct CgroupHierarchy: Hashable, Sendable {
    package enum Version: String, Hashable, Sendable {
        case v1, v2
    }

    package var version: Version
    package var mountPoint: String
    /// The cgroup that is visible at the mount point; `/` unless only a part is mounted, as in containers.
    package var root: String

    package init(version: Version, mountPoint: String, root: String = "/") {
        self.version = version
        self.mountPoint = mountPoint
        self.root = root
    }

    /// The folder of a cgroup.
    package func folder(of cgroup: String) -> String {
        var below = Substring(cgroup)
        if root != "/", cgroup == root || cgroup.hasPrefix(root + "/") { below = below.dropFirst(root.count) }
        while below.last == "/" { below = below.dropLast() }
        return mountPoint + below
    }

    /// The cgroup whose folder this is.
    func cgroup(ofFolder folder: String) -> String {
        let below = folder.dropFirst(mountPoint.count)
        if root == "/" { return below.isEmpty ? "/" : String(below) }
        return root + below
    }

    /// This cgroup, or where it has been removed or is unwanted, the nearest above it that takes processes.
    func nearest(to cgroup: String, unless isUnwanted: (String) -> Bool = { _ in false }) -> String {
        var path = cgroup
        while path != "/", path != root {
            let folder = folder(of: path)
            // Where it is still there it may hand down only what mete has handed down, and will withdraw.
            let isRefusing = path != cgroup && Self.refusesProcesses(folder)
            if KernelFile.isFolder(folder), !isUnwanted(path), !isRefusing { break }
            path = FolderPath.parent(of: path)
        }
        return path
    }

    /// Whether a v2 group hands a controller down, and so takes no processes (no internal processes rule of cgroup-v2.rst). The root,
    /// which has no type, takes them all the same.
    static func refusesProcesses(_ folder: String) -> Bool {
        guard KernelFile.exists(folder + "/cgroup.type"),
            let handedDown = try? KernelFile.readIfPresent(folder + "/cgroup.subtree_control")
        else { return false }
        return !handedDown.isEmpty
    }

    /// The cgroup that a thread is in.
    package func cgroup(of tid: Int32) throws(Errno) -> String {
        let text = try KernelFile.read("/proc/\(tid)/cgroup")
        guard let path = cgroup(inLines: text) else { throw .noSuchDevice }
        return path
    }

    /// Finds this hierarchy's line among those of /proc/PID/cgroup: `ID:CONTROLLERS:PATH`.
    func cgroup(inLines text: String) -> String? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            switch version {
            case .v2 where parts[0] == "0" && parts[1].isEmpty: return String(parts[2])
            case .v1 where parts[1].split(separator: ",").contains("cpu"): return String(parts[2])
            default: continue
            }
        }
        return nil
    }
}
