import MeteModel
import MeteTestSupport
import MeteTrace

/// Something to measure: `mete-workload` in one of its modes.
struct Workload {
    static let component = ComponentID("workload")

    /// Whether the CPUs are QEMU's software, whose clocks jump while the host does something else.
    static let isEmulated = (try? TextFile.read("/proc/cpuinfo").contains("QEMU TCG")) ?? false

    let process: ChildProcess

    init(_ arguments: String...) throws {
        process = try ChildProcess(.sibling("mete-workload"), arguments)
    }

    init(_ arguments: [String]) throws {
        process = try ChildProcess(.sibling("mete-workload"), arguments)
    }

    /// A tracer that sees workloads as one component, from the command line on, and all else as the rest.
    static func tracer(
        _ options: KernelProbes.Options, matching rule: MatchRule = .commandLine(.regex("mete-workload"))
    ) throws -> Tracer {
        var policy = Policy()
        var workload = ComponentPolicy(id: component)
        workload.match = [MatchClause(rules: [rule])]
        policy.components = [workload, ComponentPolicy(id: .rest)]
        return try Tracer(classifier: Classifier(policy), permanent: [component, .rest], options: options)
    }

    /// Whether as much was counted as there was, and nothing twice.
    ///
    /// Of a request that ends while a thread of PID 1 has the CPU some kernels tell no program; on an emulated machine PID 1
    /// sleeps. Elsewhere one in a thousand may be missing.
    static func isWhole(_ counted: UInt64, of truth: UInt64) -> Bool {
        counted <= truth && truth - counted <= (isEmulated ? 0 : truth / 1000)
    }

    /// What a tracer has counted for workloads.
    static func total(of tracer: Tracer) -> CPUUsage {
        tracer.totals.first { $0.component == component }?.usage ?? CPUUsage()
    }
}
