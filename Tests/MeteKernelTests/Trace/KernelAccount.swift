import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

/// What the kernel itself says that a workload used: the independent truth beside the tracer. It is read from a group that the workload
/// runs in, which counts to each thread's last switch: cpuacct.usage on cgroup v1, cpu.stat on v2.
struct KernelAccount: CustomStringConvertible {
    private let group: ScratchGroup
    private let version: CPUHierarchy.Version

    init() throws {
        let cpu = try CPUHierarchy.find()
        version = cpu.version
        group = try ScratchGroup(
            named: "mete-account-\(UInt32.random(in: 0 ... .max))",
            in: version == .v2 ? cpu : CPUHierarchy.find(controller: "cpuacct"))
    }

    /// A tracer that sees the workload as one component, from the moment on from which the account counts.
    func tracer(_ options: KernelProbes.Options) throws -> Tracer {
        let name = try #require(group.path.split(separator: "/").last)
        return try Workload.tracer(options, matching: .cgroup(.exact("/\(name)")))
    }

    func start(_ arguments: [String], output: ChildProcess.Output = .discarded) throws -> ChildProcess {
        try ChildProcess(.sibling("mete-workload"), arguments, output: output, group: group)
    }

    /// Nanoseconds that were used in the group.
    func charged() throws -> Double {
        switch version {
        case .v1:
            let text = try TextFile.read("\(group.path)/cpuacct.usage")
            return try #require(text.split(separator: "\n").first.flatMap { Double($0) })
        case .v2:
            let line = try TextFile.read("\(group.path)/cpu.stat").split(separator: "\n").first {
                $0.hasPrefix("usage_usec ")
            }
            return try #require(line?.split(separator: " ").last.flatMap { Double($0) }) * 1000
        }
    }

    var description: String { "\(version == .v1 ? "the cpuacct.usage" : "the cpu.stat") of its group" }
}
