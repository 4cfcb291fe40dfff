import Glibc

/// The cgroup hierarchy that has the cpu controller on this machine, or another one, found in mountinfo.
package struct CPUHierarchy: Equatable {
    package enum Version {
        /// cpu.shares, 2 to 262144.
        case v1
        /// cpu.weight, 1 to 10000.
        case v2
    }

    package let version: Version
    package let mountPoint: String

    package static func find(controller: String = "cpu") throws(ProcessError) -> CPUHierarchy {
        let mounts = try TextFile.read("/proc/self/mountinfo")
        let found = try find(controller, inMountInfo: mounts) { mountPoint throws(ProcessError) in
            try TextFile.read("\(mountPoint)/cgroup.controllers")
        }
        guard let found else {
            throw ProcessError(
                "find", "the cgroup controller \(controller) in /proc/self/mountinfo",
                cause: "no hierarchy has it; a kernel with the controller and a mounted cgroup2 is needed")
        }
        return found
    }

    /// Where version 2 is mounted, with the cpu controller or without; nil where it is not.
    package static func unifiedMountPoint() throws(ProcessError) -> String? {
        for line in try TextFile.read("/proc/self/mountinfo").split(separator: "\n") {
            let fields = line.split(separator: " ")
            if let dash = fields.firstIndex(of: "-"), fields.count > dash + 1, fields[dash + 1] == "cgroup2" {
                return String(fields[4])
            }
        }
        return nil
    }

    /// - Parameter controllers: What `cgroup.controllers` says below a mount point of version 2.
    static func find(
        _ controller: String = "cpu", inMountInfo mounts: String, controllers: (String) throws(ProcessError) -> String
    ) throws(ProcessError) -> CPUHierarchy? {
        for line in mounts.split(separator: "\n") {
            // proc_pid_mountinfo(5): … mount point is the 5th field; after " - " come type, source and super options.
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count, fields.count > 4 else { continue }
            let mountPoint = String(fields[4])
            switch fields[dash + 1] {
            case "cgroup" where fields[dash + 3].split(separator: ",").contains(Substring(controller)):
                return CPUHierarchy(version: .v1, mountPoint: mountPoint)
            case "cgroup2":
                if try controllers(mountPoint).split(whereSeparator: \.isWhitespace).contains(Substring(controller)) {
                    return CPUHierarchy(version: .v2, mountPoint: mountPoint)
                }
            default: continue
            }
        }
        return nil
    }
}
