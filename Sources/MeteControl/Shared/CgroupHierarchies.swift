package import MeteModel

/// What this machine's mounts say about cgroups: where the cpu and cpuset controllers are.
///
/// Everything is found through mountinfo; no path is assumed. Nothing is mounted or moved.
package struct CgroupHierarchies: Sendable {
    /// The hierarchy that holds the cpu controller, if it can be seen.
    package var cpu: CgroupHierarchy?
    /// The hierarchy that holds the cpuset controller.
    package var cpuset: CgroupHierarchy?
    /// Every hierarchy that can be seen, with whatever controllers.
    package var all: [CgroupHierarchy] = []
    /// Those in which systemd keeps its units.
    var ofUnits: [CgroupHierarchy] = []
    /// How well the cpu controller can be used.
    package var cpuFinding: Finding

    /// Reads the mounts of this process.
    package static func discover(mountinfo: String = "/proc/self/mountinfo") -> CgroupHierarchies {
        do {
            return CgroupHierarchies(mounts: Mount.parse(try KernelFile.read(mountinfo)))
        } catch {
            return CgroupHierarchies(
                finding: Finding(
                    feature: Self.feature,
                    support: .unsupported(
                        reason: "\(mountinfo) cannot be read: \(error)", remedy: "Mount /proc and run as root."),
                    detail: "mounts unknown"))
        }
    }

    private static let feature = "cpu controller"

    private init(finding: Finding) {
        cpuFinding = finding
    }

    init(mounts: [Mount]) {
        // The whole hierarchy is preferred to a part of it; a later mount hides an earlier one at the same place.
        let visible = mounts.enumerated().filter { index, mount in
            !mounts[(index + 1)...].contains { $0.point == mount.point }
        }.map(\.element)
        func v1(_ controller: String) -> Mount? {
            let found = visible.filter { $0.type == "cgroup" && $0.options.contains(controller) }
            return found.first { $0.root == "/" } ?? found.first
        }
        let unifiedMounts = visible.filter { $0.type == "cgroup2" }
        let v2 = unifiedMounts.first { $0.root == "/" } ?? unifiedMounts.first
        let cgroupMounts = visible.filter { $0.type == "cgroup" || $0.type == "cgroup2" }
        all = cgroupMounts.map { $0.hierarchy($0.type == "cgroup2" ? .v2 : .v1) }
        ofUnits = zip(cgroupMounts, all).compactMap { mount, hierarchy in
            mount.type == "cgroup2" || mount.options.contains("name=systemd") ? hierarchy : nil
        }

        var controllers: [Substring] = []
        var unreadable: Errno?
        if let v2 {
            do {
                controllers = Self.words(try KernelFile.read(v2.point + "/cgroup.controllers"))
            } catch {
                unreadable = error
            }
        }
        func locate(_ controller: String) -> Mount? {
            v2 != nil && controllers.contains(Substring(controller)) ? v2 : v1(controller)
        }
        let cpuMount = locate("cpu")
        cpu = cpuMount.map { $0.hierarchy($0.type == "cgroup2" ? .v2 : .v1) }
        cpuset = locate("cpuset").map { $0.hierarchy($0.type == "cgroup2" ? .v2 : .v1) }
        cpuFinding = Self.finding(cpuMount, unified: v2, unreadable: unreadable)
    }

    private static func words(_ text: String) -> [Substring] {
        // Substrings keep the text alive.
        text.split(whereSeparator: \.isWhitespace)
    }

    private static func finding(_ mount: Mount?, unified: Mount?, unreadable: Errno?) -> Finding {
        guard let mount else {
            let reason =
                if let unified, let unreadable {
                    "\(unified.point)/cgroup.controllers cannot be read: \(unreadable)"
                } else if let unified {
                    "the v2 hierarchy at \(unified.point) has no cpu controller, and no v1 hierarchy has one"
                } else {
                    "no cgroup hierarchy is mounted"
                }
            return Finding(
                feature: feature,
                support: .unsupported(
                    reason: reason,
                    remedy: "Boot a kernel with CONFIG_FAIR_GROUP_SCHED and mount cgroup2 (systemd does it)."),
                detail: "no cpu controller")
        }
        let detail = "on \(mount.type == "cgroup2" ? "v2" : "v1") at \(mount.point)"
        if mount.isReadOnly {
            return Finding(
                feature: feature,
                support: .unsupported(
                    reason: "\(mount.point) is mounted read-only",
                    remedy: "Run mete outside the container, or mount the hierarchy writable in it."),
                detail: detail)
        }
        if !KernelFile.isWritable(mount.point) {
            return Finding(
                feature: feature,
                support: .unsupported(
                    reason: "\(mount.point) is not writable for this user",
                    remedy: "Run as root, or have the hierarchy delegated."),
                detail: detail)
        }
        if mount.root != "/" {
            return Finding(
                feature: feature,
                support: .limited(
                    reason: "only \(mount.root) of the hierarchy is visible, so what competes outside it is not seen",
                    remedy: "Run mete in the host's cgroup namespace."),
                detail: detail)
        }
        return Finding(feature: feature, support: .supported, detail: detail)
    }
}
