/// What a process is: read when it is first seen and anew after each exec, away from the hot path.
///
/// One that was forked and runs no program of its own is described as the one that made it, under its own id.
package struct ProcessDescription: Equatable, Sendable, Codable {
    package var pid: Int32
    /// Since boot, in nanoseconds; with `pid` it names the process for ever.
    package var start: UInt64
    package var component: ComponentID
    /// Process that made it, or that adopted it; 0 for none.
    package var parent: Int32
    /// Of the main thread, at most 15 bytes.
    package var name: String
    /// Path; nil for kernel threads and where it may not be read. That of a file that was replaced is the path it had.
    package var executable: String?
    /// Arguments joined by single spaces; empty for kernel threads.
    package var commandLine: String
    /// Effective user id.
    package var user: UInt32
    /// Path in the v2 hierarchy, or where it is in none there, in the first v1 hierarchy whose groups tell services apart; `/` for none.
    package var cgroup: String
    /// Innermost systemd service or scope.
    package var unit: String?
    /// Id of the innermost container.
    package var container: String?
    /// Paths of the shared libraries that are mapped, sorted: read once, a moment after the program began, so without those that
    /// dlopen(3) maps later. Empty until then, for processes that ended before, for kernel threads and where they may not be read.
    package var libraries: [String]

    package init(
        pid: Int32, start: UInt64, component: ComponentID, parent: Int32, name: String, executable: String?,
        commandLine: String, user: UInt32, cgroup: String, unit: String? = nil, container: String? = nil,
        libraries: [String] = []
    ) {
        self.pid = pid
        self.start = start
        self.component = component
        self.parent = parent
        self.name = name
        self.executable = executable
        self.commandLine = commandLine
        self.user = user
        self.cgroup = cgroup
        self.unit = unit
        self.container = container
        self.libraries = libraries
    }

    package var key: ProcessKey { ProcessKey(pid: pid, start: start) }
}
