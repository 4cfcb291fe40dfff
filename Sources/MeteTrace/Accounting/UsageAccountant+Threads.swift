package import MeteModel

/// One thread and what it used in the last window.
package struct ThreadUsage: Sendable {
    package var component: ComponentID
    package var thread: ThreadRef
    package var name: String
    package var cpu: CPUUsage
}

extension UsageAccountant {
    /// Every thread that used or wanted a CPU in the last window, by component, the busiest first.
    package func threadUsage() -> [ThreadUsage] {
        threads.slots
            .filter { $0.isLive && $0.lastWindow != CPUUsage() }
            .map {
                ThreadUsage(
                    component: ledger.accounts[$0.component].component, thread: $0.ref, name: $0.name.string,
                    cpu: $0.lastWindow)
            }
            .sorted {
                if $0.component != $1.component { return $0.component < $1.component }
                if $0.cpu.runTime != $1.cpu.runTime { return $0.cpu.runTime > $1.cpu.runTime }
                return $0.thread.tid < $1.thread.tid
            }
    }
}
