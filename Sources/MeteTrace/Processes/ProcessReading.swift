package import MeteModel

/// Where facts about processes come from: /proc, or a table in tests.
package protocol ProcessReading {
    /// Path of the executable and the command line, or nil when the process is gone.
    mutating func program(of pid: Int32) -> Program?
    /// Cgroup in each hierarchy, v2 first; empty when the process is gone.
    mutating func cgroups(of pid: Int32) -> [CgroupMembership]
    /// What a process has in memory, or nil when it is gone.
    mutating func memory(of pid: Int32) -> MemoryUsage?
    /// What a walk over the page tables of a process finds, or nil when it is gone or may not be looked at.
    mutating func walk(of pid: Int32) -> WalkedMemory?
    /// Paths of the shared libraries that a process has mapped, sorted; nil when it is gone or they may not be read.
    mutating func libraries(of pid: Int32) -> [String]?
}

/// What of a process's memory takes a walk over its page tables, in bytes: see `MemoryUsage`.
package struct WalkedMemory: Equatable, Sendable {
    package var proportional: UInt64
    package var referenced: UInt64
    package var swap: UInt64

    package init(proportional: UInt64, referenced: UInt64, swap: UInt64) {
        self.proportional = proportional
        self.referenced = referenced
        self.swap = swap
    }
}

/// What a process runs.
package struct Program: Equatable, Sendable {
    /// Nil for kernel threads and where it may not be read.
    package var executable: String?
    /// Arguments joined by single spaces.
    package var commandLine: String

    package init(executable: String?, commandLine: String) {
        self.executable = executable
        self.commandLine = commandLine
    }
}
