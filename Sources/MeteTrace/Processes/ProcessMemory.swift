package import MeteModel

/// Memory that one process has.
package struct ProcessMemory: Equatable, Sendable {
    package var pid: Int32
    /// As its first thread is called.
    package var name: String
    package var component: ComponentID
    package var memory: MemoryUsage

    package init(pid: Int32, name: String, component: ComponentID, memory: MemoryUsage) {
        self.pid = pid
        self.name = name
        self.component = component
        self.memory = memory
    }
}
