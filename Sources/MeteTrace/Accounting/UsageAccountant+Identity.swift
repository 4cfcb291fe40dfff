package import MeteModel

/// Who a thread is.
package struct ThreadIdentity: Equatable, Sendable {
    package var component: ComponentID
    /// Nil once it has ended.
    package var name: String?
    /// Of its process; nil once that has ended.
    package var process: String?
}

extension UsageAccountant {
    /// Who a thread is that lives or whose process has ended lately; nil when nothing is known of it.
    func identity(tid: UInt32, pid: UInt32) -> ThreadIdentity? {
        let process = processes[pid]
        if let slot = threads.slot(ofID: tid), threads[slot].pid == pid {
            return ThreadIdentity(
                component: ledger.accounts[threads[slot].component].component, name: threads[slot].name.string,
                process: process?.facts.comm)
        }
        guard let component = process?.component ?? lately[pid]?.component else { return nil }
        return ThreadIdentity(component: ledger.accounts[component].component, process: process?.facts.comm)
    }
}
