import Glibc
package import MeteModel

/// Whether the kernel tells stalls (PSI), and of what.
package struct StallSupport {
    private let folder: String
    private let hierarchy: UnifiedHierarchy?

    package init() {
        self.init(folder: "/proc/pressure", hierarchy: .find())
    }

    init(folder: String, hierarchy: UnifiedHierarchy?) {
        self.folder = folder
        self.hierarchy = hierarchy
    }

    /// Whether the machine's are told.
    var isThere: Bool { Self.isReadable("\(folder)/memory") }

    package var finding: Finding {
        let feature = "stalls (PSI)"
        guard isThere else {
            return Finding(
                feature: feature,
                support: .unsupported(
                    reason: "\(folder) is not there: this kernel was built without CONFIG_PSI, or it is switched off",
                    remedy: "boot with psi=1 on the kernel's command line; it takes a kernel built with CONFIG_PSI=y"),
                detail: "how long threads stand still for want of CPU, memory and disk")
        }
        guard let hierarchy else {
            return limited("cgroup v2 is not mounted", "mount cgroup2, as systemd does")
        }
        guard let group = Self.group(in: hierarchy.mountPoint) else {
            return limited(
                "\(hierarchy.mountPoint) has no group, so all processes are in its root",
                "use cgroup v2 for services (systemd.unified_cgroup_hierarchy=1 on the kernel's command line)")
        }
        guard Self.isReadable("\(group)/memory.pressure") else {
            return limited(
                "\(group)/memory.pressure cannot be read", "write 1 to \(group)/cgroup.pressure, if it is there")
        }
        return Finding(
            feature: feature, support: .supported,
            detail: "\(folder), and of cgroups below \(hierarchy.mountPoint)")
    }

    private func limited(_ reason: String, _ remedy: String) -> Finding {
        Finding(
            feature: "stalls (PSI)",
            support: .limited(reason: "\(reason): stalls are told of the machine, not of components", remedy: remedy),
            detail: folder)
    }

    /// Where PSI is off, opening works on some kernels and reading fails (EOPNOTSUPP).
    private static func isReadable(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var byte: UInt8 = 0
        return read(file, &byte, 1) == 1
    }

    /// Any group directly below a folder.
    private static func group(in folder: String) -> String? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { return "\(folder)/\(name)" }
        }
        return nil
    }
}
