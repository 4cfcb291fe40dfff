/// The files of a cpu cgroup, and the numbers in them, for either version.
package struct CPUAttributes: Equatable, Sendable {
    package let version: CgroupHierarchy.Version
    /// Period of caps in microseconds.
    private static let period = 100_000
    /// The kernel refuses quotas of less than 1 ms.
    private static let leastQuota = 1_000

    package init(version: CgroupHierarchy.Version) {
        self.version = version
    }

    package var scale: WeightSolver.Scale { version == .v1 ? .shares : .weight }
    package var weightFile: String { version == .v1 ? "cpu.shares" : "cpu.weight" }

    /// A weight in the scheduler's unit (1,024 for nice 0) as the file has it.
    package func text(weight: Double) -> String {
        version == .v1 ? "\(Int(weight.rounded()))" : "\(Int((weight / scale.step).rounded()))"
    }

    /// The weight that a file's text stands for. With cpu.idle some kernels show a weight of 0.
    package func weight(text: String) -> Double? {
        Double(text).map { $0 > 0 ? $0 * scale.step : Self.idleWeight }
    }

    /// What an idle group weighs (WEIGHT_IDLEPRIO in kernel/sched/sched.h).
    private static let idleWeight = 3.0

    /// What the kernel puts into a file of a new group, by the file's name.
    static func initial(of file: String) -> String? {
        switch file {
        case "cpu.shares": "1024"
        case "cpu.cfs_quota_us": "-1"
        case "cpu.cfs_period_us": "100000"
        case "cpu.weight": "100"
        case "cpu.max": "max 100000"
        case "cpu.idle": "0"
        default: nil
        }
    }

    /// The files of a cap in the order in which they are written; nil takes the cap away.
    package func cap(_ cores: Double?) -> [(file: String, text: String)] {
        let quota = cores.map { max(Self.leastQuota, Int(($0 * Double(Self.period)).rounded())) }
        switch version {
        case .v1:
            // The period first: a quota is checked against it.
            return [
                (file: "cpu.cfs_period_us", text: "\(Self.period)"),
                (file: "cpu.cfs_quota_us", text: quota.map(String.init) ?? "-1"),
            ]
        case .v2:
            return [(file: "cpu.max", text: "\(quota.map(String.init) ?? "max") \(Self.period)")]
        }
    }
}
