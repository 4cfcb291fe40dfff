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

    /// Measures disk requests, again where not all was counted, four times at the most.
    ///
    /// Some kernels seem to tell no program of a request that ends while a thread of PID 1 has the CPU, and a program whose pages were taken
    /// away has to be read in between. What mete itself does not count, or counts twice, is wrong every time.
    static func untilWhole<Measured>(
        _ measure: () throws -> (measured: Measured, isWhole: Bool)
    ) rethrows -> Measured {
        for _ in 1..<4 {
            let found = try measure()
            if found.isWhole { return found.measured }
        }
        return try measure().measured
    }

    /// What a tracer has counted for workloads.
    static func total(of tracer: Tracer) -> CPUUsage {
        tracer.totals.first { $0.component == component }?.usage ?? CPUUsage()
    }
}
