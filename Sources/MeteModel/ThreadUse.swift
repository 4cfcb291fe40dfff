/// What one thread used in a window, as its own counters tell.
package struct ThreadUse: Equatable, Sendable {
    package var cpu = CPUUsage()
    package var faults = PageFaults()
    package var traffic = Traffic()

    package init(cpu: CPUUsage = CPUUsage(), faults: PageFaults = PageFaults(), traffic: Traffic = Traffic()) {
        self.cpu = cpu
        self.faults = faults
        self.traffic = traffic
    }

    package static func += (total: inout ThreadUse, part: ThreadUse) {
        total.cpu += part.cpu
        total.faults += part.faults
        total.traffic += part.traffic
    }
}
