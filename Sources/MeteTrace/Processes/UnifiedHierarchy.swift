import Glibc

/// Where cgroup v2 is mounted: alone, or beside v1 hierarchies, where it has no controllers but pressure files all the same.
struct UnifiedHierarchy: Equatable {
    let mountPoint: String
    /// The group at the mount point: `/` unless only a part of the hierarchy is mounted.
    let root: String

    /// The first in /proc/self/mountinfo; nil where there is none.
    static func find() -> UnifiedHierarchy? {
        guard let file = fopen("/proc/self/mountinfo", "re") else { return nil }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line {
            if let found = UnifiedHierarchy(mountLine: String(cString: line)) { return found }
        }
        return nil
    }

    /// Path of a file of a group, whose path is as /proc/PID/cgroup shows it; nil for a group outside what is mounted.
    func file(_ name: String, ofGroup group: String) -> String? {
        guard group.hasPrefix("/"), !group.hasPrefix("/..") else { return nil }
        if root == "/" { return "\(mountPoint)\(group == "/" ? "" : group)/\(name)" }
        guard group == root || group.hasPrefix(root + "/") else { return nil }
        return "\(mountPoint)\(group.dropFirst(root.count))/\(name)"
    }

    /// Blanks, tabs, newlines and backslashes stand as three octal digits behind a backslash.
    fileprivate static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest.removeFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UnifiedHierarchy {
    /// Nil for other mounts. Fields of a line: id, parent, device, root, mount point, options, optional fields, `-`, type
    /// (proc_pid_mountinfo(5)).
    init?(mountLine line: String) {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash > 4, fields.count > dash + 1, fields[dash + 1] == "cgroup2"
        else { return nil }
        root = Self.unescaped(fields[3])
        mountPoint = Self.unescaped(fields[4])
    }
}
