import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace

/// A tracer of one component and everything else, and the sums of all that it has told.
final class Watch {
    struct Total {
        var cpu = CPUUsage()
        var faults = PageFaults()
        var network = NetworkUsage()
    }

    let tracer: Tracer
    private(set) var totals: [ComponentID: Total] = [:]
    private(set) var disks: [DiskDevice: [ComponentID: DiskUsage]] = [:]
    private(set) var losses = TraceLosses()

    /// What the component has used.
    var workload: Total { totals[Workload.component] ?? Total() }

    /// With everything on that `mete trace` has on.
    static var everything: KernelProbes.Options {
        var options = KernelProbes.Options()
        options.delayHistograms = true
        options.disk = true
        options.network = true
        options.memory = true
        options.ownClock = DelayAccounting.current() != .kept
        return options
    }

    init(_ tracer: Tracer) {
        self.tracer = tracer
    }

    /// - Parameter rule: what belongs to `Workload.component`.
    convenience init(of rule: MatchRule = .commandLine(.regex("mete-workload"))) throws {
        self.init(try Workload.tracer(Self.everything, matching: rule))
    }

    /// Closes windows until a process has ended, and once more. Its files in /proc are still there then.
    func follow(_ process: ChildProcess) throws {
        while !process.isOver {
            usleep(20_000)
            try closeWindow()
        }
        try closeWindow()
    }

    func closeWindow() throws {
        let window = try tracer.closeWindow()
        for sample in window.samples {
            totals[sample.component, default: Total()].cpu += sample.cpu
            totals[sample.component, default: Total()].faults += sample.faults
            totals[sample.component, default: Total()].network += sample.network
        }
        for part in window.disks {
            disks[part.device, default: [:]][part.component, default: DiskUsage()] += part.usage
        }
        losses = window.losses
    }

    /// What everybody did to a disk.
    func all(of disk: DiskDevice) -> DiskUsage {
        (disks[disk] ?? [:]).values.reduce(into: DiskUsage()) { $0 += $1 }
    }

    /// What the component did to a disk.
    func workload(on disk: DiskDevice) -> DiskUsage { disks[disk]?[Workload.component] ?? DiskUsage() }
}
