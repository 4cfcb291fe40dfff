import FoundationEssentials
import Glibc
import MeteTestSupport

/// Groups and folders of demos that were killed (SIGKILL, a crash): nobody was left to remove them.
///
/// What a demo makes is named `redis-beside-hogs.PID.…`; it is a leftover when no process has that id.
enum Leftovers {
    static func prefix(of process: pid_t) -> String { "redis-beside-hogs.\(process)" }

    /// Removes them. A group that still has processes cannot be removed, and stays.
    static func remove() throws {
        let groups = try CPUHierarchy.find().mountPoint
        for path in try leftovers(in: groups) where rmdir(path) != 0 && errno != ENOENT {
            report("warning: cannot remove \(path), which an earlier demo left: \(String(cString: strerror(errno)))")
        }
        for path in try leftovers(in: "/tmp") {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    private static func leftovers(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            let parts = name.split(separator: ".")
            guard parts.count == 3, let process = pid_t(parts[1]), name.hasPrefix(prefix(of: process)) else {
                return false
            }
            return kill(process, 0) == -1 && errno == ESRCH
        }.map { "\(folder)/\($0)" }
    }
}
