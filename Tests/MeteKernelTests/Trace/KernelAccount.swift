import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

/// What the kernel itself says that a workload used: the independent truth beside the tracer.
///
/// On cgroup v2 that is the cpu.stat of a group that the workload runs in, which counts to each thread's last switch. On v1 it is
/// wait4(2), which counts until a process is released: what a thread runs from there to its last switch is missing, too little to
/// matter on a real CPU (0.25 % where threads run for 300 µs), up to 50 µs each on an emulated one.
struct KernelAccount: CustomStringConvertible {
    private let group: ScratchGroup?

    init() throws {
        let hierarchy = try CPUHierarchy.find()
        let isWhole = hierarchy.version == .v2
        group = isWhole ? try ScratchGroup(named: "mete-account-\(UInt32.random(in: 0 ... .max))", in: hierarchy) : nil
    }

    /// A tracer that sees the workload as one component, from the moment on from which the account counts.
    func tracer(_ options: KernelProbes.Options) throws -> Tracer {
        guard let group, let name = group.path.split(separator: "/").last else { return try Workload.tracer(options) }
        return try Workload.tracer(options, matching: .cgroup(.exact("/\(name)")))
    }

    func start(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(.sibling("mete-workload"), arguments, group: group)
    }

    /// Nanoseconds that a workload used that has ended.
    func charged(for process: ChildProcess) throws -> Double {
        guard let group else { return Double(try #require(process.exit).cpuNanoseconds) }
        let line = try TextFile.read("\(group.path)/cpu.stat").split(separator: "\n").first {
            $0.hasPrefix("usage_usec ")
        }
        return try #require(line?.split(separator: " ").last.flatMap { Double($0) }) * 1000
    }

    var description: String { group == nil ? "wait4" : "the cpu.stat of its group" }
}
