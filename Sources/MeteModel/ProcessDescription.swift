/// What a process is: read when it is first seen and anew after each exec, away from the hot path.
package struct ProcessDescription: Equatable, Sendable, Codable {
    package var pid: Int32
    /// Since boot, in nanoseconds; with `pid` it names the process for ever.
    package var start: UInt64
    package var component: ComponentID
    /// Process that made it, or that adopted it; 0 for none.
    package var parent: Int32
    /// Of the main thread, at most 15 bytes.
    package var name: String
    /// Path; nil for kernel threads and where it may not be read.
    package var executable: String?
    /// Arguments joined by single spaces; empty for kernel threads.
    package var commandLine: String
    /// Effective user id.
    package var user: UInt32
    /// Path in the v2 hierarchy, or where that has no group of its own in the first that has; `/` for none.
    package var cgroup: String
    /// Innermost systemd service or scope.
    package var unit: String?
    /// Id of the innermost container.
    package var container: String?
    /// Paths of the shared libraries that are mapped, without those mapped later by dlopen(3); sorted.
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
}
