package import Glibc

/// A cgroup directly below the root of its hierarchy, for the time of a test; removed with this object.
///
/// On version 2 the root must hand a controller down (`cgroup.subtree_control`); where it does not, this is switched on
/// and, by the group that did so, off again.
package final class ScratchGroup {
    package let path: String
    private let version: CPUHierarchy.Version
    private let mountPoint: String
    private var handedDown: [String] = []

    /// A group with the cpu controller.
    package convenience init(named name: String, in hierarchy: CPUHierarchy) throws(ProcessError) {
        try self.init(
            named: name, below: hierarchy.mountPoint, hierarchy.version,
            handingDown: hierarchy.version == .v2 ? ["cpu"] : [])
    }

    /// A group of version 2, which may have no controllers there.
    package convenience init(
        named name: String, inUnified mountPoint: String, handingDown controllers: [String] = []
    ) throws(ProcessError) {
        try self.init(named: name, below: mountPoint, .v2, handingDown: controllers)
    }

    private init(
        named name: String, below mountPoint: String, _ version: CPUHierarchy.Version, handingDown controllers: [String]
    ) throws(ProcessError) {
        self.version = version
        self.mountPoint = mountPoint
        path = "\(mountPoint)/\(name)"
        for controller in controllers where try Self.handDown(controller, in: mountPoint) {
            handedDown.append(controller)
        }
        guard mkdir(path, 0o755) == 0 else { throw ProcessError("create the cgroup", path, errno: errno) }
    }

    deinit {
        removeChildren()
        Self.remove(path)
        for controller in handedDown {
            do {
                try TextFile.write("-\(controller)", to: Self.subtreeControl(of: mountPoint))
            } catch {
                Self.warn("\(error)")
            }
        }
    }

    /// Removes the groups that were made below it, and those below them.
    package func removeChildren() { Self.removeChildren(of: path) }

    package var membersFile: String { "\(path)/cgroup.procs" }

    /// Its share against siblings, in the unit of the hierarchy's version.
    package func setWeight(_ weight: Int) throws(ProcessError) {
        try TextFile.write("\(weight)", to: "\(path)/\(version == .v1 ? "cpu.shares" : "cpu.weight")")
    }

    /// Limits it to this share of one CPU in periods of 100 ms; nil for no limit.
    package func setQuota(_ share: Double?) throws(ProcessError) {
        let period = 100_000
        let quota = share.map { "\(Int($0 * Double(period)))" }
        switch version {
        case .v1:
            try TextFile.write("\(period)", to: "\(path)/cpu.cfs_period_us")
            try TextFile.write(quota ?? "-1", to: "\(path)/cpu.cfs_quota_us")
        case .v2: try TextFile.write("\(quota ?? "max") \(period)", to: "\(path)/cpu.max")
        }
    }

    /// How long its quota has held it back, in nanoseconds, the sum over the CPUs.
    package func throttledTime() throws(ProcessError) -> Int64 {
        let (name, unit): (String, Int64) =
            switch version {
            case .v1: ("throttled_time ", 1)
            case .v2: ("throttled_usec ", 1000)
            }
        let file = "\(path)/cpu.stat"
        let line = try TextFile.read(file).split(separator: "\n").first { $0.hasPrefix(name) }
        guard let line, let time = Int64(line.dropFirst(name.count)) else {
            throw ProcessError("find", "\(name)in \(file)", cause: "the kernel has no CFS quotas")
        }
        return time * unit
    }

    /// Makes a group below it that competes inside of it, and puts a process there. Removed with this one.
    package func makeChild(named name: String, with process: pid_t) throws(ProcessError) {
        let child = "\(path)/\(name)"
        if version == .v2 { try TextFile.write("+cpu", to: "\(path)/cgroup.subtree_control") }
        guard mkdir(child, 0o755) == 0 else { throw ProcessError("create the cgroup", child, errno: errno) }
        try TextFile.write("\(process)", to: "\(child)/cgroup.procs")
    }

    /// The weights that a version takes, and the one that a new group has.
    package struct Weights {
        package let range: ClosedRange<Int>
        package let usual: Int

        package func clamp(_ weight: Double) -> Int {
            min(max(Int(weight.rounded()), range.lowerBound), range.upperBound)
        }
    }

    package static func weights(_ version: CPUHierarchy.Version) -> Weights {
        switch version {
        case .v1: Weights(range: 2...262_144, usual: 1024)
        case .v2: Weights(range: 1...10_000, usual: 100)
        }
    }

    private static func removeChildren(of path: String) {
        do {
            for name in try Folder.names(in: path) {
                let child = "\(path)/\(name)"
                var facts = stat()
                guard stat(child, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else { continue }
                removeChildren(of: child)
                remove(child)
            }
        } catch {
            warn("\(error)")
        }
    }

    private static func remove(_ path: String) {
        // EBUSY while a process that just ended is still being taken out.
        Polling.wait(seconds: 5) { rmdir(path) == 0 || errno != EBUSY }
        if access(path, F_OK) == 0 { warn("the cgroup \(path) is still in use; remove it with: rmdir \(path)") }
    }

    private static func warn(_ text: String) {
        let line = "warning: \(text)\n"
        write(STDERR_FILENO, line, line.utf8.count)
    }

    private static func handDown(_ controller: String, in mountPoint: String) throws(ProcessError) -> Bool {
        let file = subtreeControl(of: mountPoint)
        if try TextFile.read(file).split(whereSeparator: \.isWhitespace).contains(Substring(controller)) {
            return false
        }
        try TextFile.write("+\(controller)", to: file)
        return true
    }

    private static func subtreeControl(of mountPoint: String) -> String { "\(mountPoint)/cgroup.subtree_control" }
}
