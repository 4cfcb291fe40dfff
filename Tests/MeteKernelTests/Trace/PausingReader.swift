import MeteModel
import MeteTrace

/// /proc, and something that happens when the memory of one process is read: after its records, and before the kernel side is told of it.
struct PausingReader: ProcessReading {
    final class Pause {
        private var pid: Int32?
        private var action: () -> Void = {}
        private(set) var isOver = false

        func set(_ pid: Int32, _ action: @escaping () -> Void) {
            self.pid = pid
            self.action = action
        }

        func happen(_ pid: Int32) {
            guard pid == self.pid, !isOver else { return }
            isOver = true
            action()
        }
    }

    let pause = Pause()
    private var procfs = Procfs()

    mutating func program(of pid: Int32) -> Program? { procfs.program(of: pid) }

    mutating func cgroups(of pid: Int32) -> [CgroupMembership] { procfs.cgroups(of: pid) }

    mutating func libraries(of pid: Int32) -> [String]? { procfs.libraries(of: pid) }

    mutating func memory(of pid: Int32) -> MemoryUsage? {
        pause.happen(pid)
        return procfs.memory(of: pid)
    }

    mutating func walk(of pid: Int32) -> WalkedMemory? { procfs.walk(of: pid) }
}
