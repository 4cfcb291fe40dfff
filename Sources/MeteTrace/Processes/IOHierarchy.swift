import Glibc

/// The cgroup hierarchy by which the kernel tells for whom a disk is used: the one with the controller blkio (v1), or v2.
struct IOHierarchy: Equatable {
    /// Where it can be seen.
    var mountPoint: String
    /// What stands there: `/`, but in a container that shares the host's cgroup namespace.
    var root: String
    var isUnified: Bool
    /// Whether the kernel keeps for each page who has to answer for it: only where v2 hands memory and io both down to groups.
    var keepsOwnersOfPages: Bool

    static func discover(mounts path: String = "/proc/self/mountinfo") -> IOHierarchy? {
        guard let text = text(path) else { return nil }
        return IOHierarchy(mounts: text) { Self.text("\($0)/cgroup.subtree_control") ?? "" }
    }

    /// Fields of a line: id, parent, device, root, mount point, options, optional fields, `-`, type, source, options of the file system
    /// (proc_pid_mountinfo(5)).
    ///
    /// - Parameter controllers: what the file `cgroup.subtree_control` below a mount point holds.
    init?(mounts text: String, controllers: (String) -> String) {
        var first: IOHierarchy?
        var unified: IOHierarchy?
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash > 4, fields.count > dash + 3 else { continue }
            let (root, point) = (String(fields[3]), String(fields[4]))
            if fields[dash + 1] == "cgroup", fields[dash + 3].split(separator: ",").contains("blkio") {
                first = IOHierarchy(mountPoint: point, root: root, isUnified: false, keepsOwnersOfPages: false)
            } else if fields[dash + 1] == "cgroup2" {
                let names = controllers(point).split(whereSeparator: \.isWhitespace)
                unified = IOHierarchy(
                    mountPoint: point, root: root, isUnified: true,
                    keepsOwnersOfPages: names.contains("io") && names.contains("memory"))
            }
        }
        guard let found = first ?? unified else { return nil }
        self = found
    }

    private init(mountPoint: String, root: String, isUnified: Bool, keepsOwnersOfPages: Bool) {
        self.mountPoint = mountPoint
        self.root = root
        self.isUnified = isUnified
        self.keepsOwnersOfPages = keepsOwnersOfPages
    }

    func contains(_ membership: CgroupMembership) -> Bool {
        membership.holds(controller: isUnified ? "" : "blkio")
    }

    /// What the kernel names a group by: the number of its folder (kernfs_node.id, on machines of 64 bits). Nil where it is gone, or outside
    /// of what is mounted here.
    func id(ofGroup path: String) -> UInt64? {
        var below = path[...]
        if root != "/" {
            guard path == root || path.hasPrefix(root + "/") else { return nil }
            below = path.dropFirst(root.count)
        }
        var facts = stat()
        return stat(mountPoint + below, &facts) == 0 ? UInt64(facts.st_ino) : nil
    }

    private static func text(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return String(decoding: contents, as: UTF8.self) }
            contents += chunk[..<count]
        }
    }
}
