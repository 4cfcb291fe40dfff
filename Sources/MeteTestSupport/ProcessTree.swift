package import Glibc

/// Who started whom, and who belongs to which process group, read from /proc.
package enum ProcessTree {
    /// The processes that `parent` started and has not waited for, in no order.
    ///
    /// Reads every process's `stat`: the shorter way, /proc/PID/task/TID/children, is not in every kernel.
    package static func children(of parent: pid_t) throws(ProcessError) -> [pid_t] {
        try all().filter { $0.parent == parent }.map(\.process)
    }

    /// The processes of a group that have not ended; one that nobody has waited for yet (a zombie) has.
    package static func running(inGroup group: pid_t) throws(ProcessError) -> [pid_t] {
        try all().filter { $0.group == group && !$0.hasEnded }.map(\.process)
    }

    /// The threads of a process, in the order of their ids.
    package static func threads(of process: pid_t) throws(ProcessError) -> [pid_t] {
        try Folder.names(in: "/proc/\(process)/task").compactMap { pid_t($0) }.sorted()
    }

    /// The name of a process's main thread (comm), or nil when it has ended.
    package static func name(of process: pid_t) -> String? {
        (try? TextFile.read("/proc/\(process)/comm")).map { String($0.prefix { $0 != "\n" }) }
    }

    private struct Entry {
        var process: pid_t
        var parent: pid_t
        var group: pid_t
        var hasEnded: Bool

        /// The second field, a name in parentheses, may itself have blanks and parentheses: fields are counted after the last one.
        init?(stat: String, of process: pid_t) {
            guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
            let fields = stat[nameEnd...].split(separator: " ")
            guard fields.count > 3, let parent = pid_t(fields[2]), let group = pid_t(fields[3]) else { return nil }
            self.process = process
            self.parent = parent
            self.group = group
            hasEnded = ["Z", "X"].contains(fields[1])
        }
    }

    private static func all() throws(ProcessError) -> [Entry] {
        try Folder.names(in: "/proc").compactMap { name in
            // A process that ended since it was listed has no stat to read; it is in no tree.
            guard let process = pid_t(name), let stat = try? TextFile.read("/proc/\(process)/stat") else { return nil }
            return Entry(stat: stat, of: process)
        }
    }
}
