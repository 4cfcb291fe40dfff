/// A thread, told apart from a later one with the same id by its start time.
package struct ThreadRef: Hashable, Sendable, Codable {
    package var tid: Int32
    /// Id of its process (thread group).
    package var pid: Int32
    /// Nanoseconds since boot at which it started, as the kernel keeps it.
    package var startTime: UInt64

    package init(tid: Int32, pid: Int32, startTime: UInt64) {
        self.tid = tid
        self.pid = pid
        self.startTime = startTime
    }
}

/// A thread of a component with what it used lately.
package struct ThreadLoad: Equatable, Sendable, Codable {
    package var thread: ThreadRef
    package var name: String
    /// Cores, averaged over the last second or so.
    package var usage: Double

    package init(thread: ThreadRef, name: String, usage: Double) {
        self.thread = thread
        self.name = name
        self.usage = usage
    }
}

/// A process of a component and where it stands among the cgroups.
package struct ProcessRef: Equatable, Sendable, Codable {
    package var pid: Int32
    package var startTime: UInt64
    /// Path in the hierarchy that holds the cpu controller, from that hierarchy's root, e.g. `/system.slice/redis.service`.
    package var cpuCgroup: String

    package init(pid: Int32, startTime: UInt64, cpuCgroup: String) {
        self.pid = pid
        self.startTime = startTime
        self.cpuCgroup = cpuCgroup
    }
}

/// Who belongs to a component at the end of a window.
package struct Membership: Equatable, Sendable {
    package var component: ComponentID
    /// Processes of which every thread belongs to the component.
    package var processes: [ProcessRef]
    /// Threads that belong to it without the rest of their process.
    package var looseThreads: [ThreadRef]
    /// The threads that account for nearly all of its usage, the busiest first.
    package var hotThreads: [ThreadLoad]

    package init(
        component: ComponentID, processes: [ProcessRef] = [], looseThreads: [ThreadRef] = [],
        hotThreads: [ThreadLoad] = []
    ) {
        self.component = component
        self.processes = processes
        self.looseThreads = looseThreads
        self.hotThreads = hotThreads
    }
}
