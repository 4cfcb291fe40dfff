package import MeteModel

/// Everything that tracing found out in one window.
package struct TraceWindow: Sendable {
    /// One per component, ordered by component.
    package var samples: [UsageSample]
    package var capacity: CapacityReading
    package var losses: TraceLosses
    package var threads: Int
    /// Components of which only CPU time, delays and memory are known, since there is no slot for them.
    package var componentsWithoutSlot = 0
    /// By device and component, those without any left out; empty where disks are not traced.
    package var disks: [DiskSample]
    /// By component and function, those without any left out; empty where no calls are counted.
    package var calls: [CallSample]
    /// Of the machine; nil where the kernel does not say, and where stalls are not traced.
    package var stalls: Stalls?
}

extension TraceWindow {
    /// What is not seen in full because there are more components than slots; nil where there are not.
    package var limit: String? {
        componentsWithoutSlot == 0 ? nil : "\(componentsWithoutSlot) components have no slot: \(Self.consequence)"
    }

    /// For a recording, in whose windows they may be more or fewer.
    package var caveat: String? {
        componentsWithoutSlot == 0 ? nil : "some components have no slot: \(Self.consequence)"
    }

    private static let consequence =
        "their disk, network, calls, quantiles and what is in their way count to rest"
}

/// What one component read from and wrote to one disk in a window.
package struct DiskSample: Equatable, Sendable {
    package var device: DiskDevice
    package var component: ComponentID
    package var usage: DiskUsage

    package init(device: DiskDevice, component: ComponentID, usage: DiskUsage) {
        self.device = device
        self.component = component
        self.usage = usage
    }
}
