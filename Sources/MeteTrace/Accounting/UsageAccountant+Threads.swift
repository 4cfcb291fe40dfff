package import MeteModel

/// One thread and what it used in the last window.
package struct ThreadUsage: Sendable {
    package var component: ComponentID
    package var thread: ThreadRef
    package var name: String
    package var use: ThreadUse
    /// Zero where disks are not traced.
    package var disk: DiskUsage

    package init(
        component: ComponentID, thread: ThreadRef, name: String, use: ThreadUse, disk: DiskUsage = DiskUsage()
    ) {
        self.component = component
        self.thread = thread
        self.name = name
        self.use = use
        self.disk = disk
    }
}

extension UsageAccountant {
    var liveThreadIDs: Set<UInt32> { Set(threads.slots.lazy.filter(\.isLive).map(\.key.tid)) }

    /// Every thread that used anything or wanted a CPU in the last window, by component, the busiest first.
    ///
    /// - Parameter disk: by thread id.
    package func threadUsage(disk: [UInt32: DiskUsage] = [:]) -> [ThreadUsage] {
        threads.slots
            .filter { $0.isLive && ($0.lastWindow != ThreadUse() || disk[$0.key.tid] != nil) }
            .map {
                ThreadUsage(
                    component: ledger.accounts[$0.component].component, thread: $0.ref, name: $0.name.string,
                    use: $0.lastWindow, disk: disk[$0.key.tid] ?? DiskUsage())
            }
            .sorted {
                if $0.component != $1.component { return $0.component < $1.component }
                if $0.use.cpu.runTime != $1.use.cpu.runTime { return $0.use.cpu.runTime > $1.use.cpu.runTime }
                return $0.thread.tid < $1.thread.tid
            }
    }
}
