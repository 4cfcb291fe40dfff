import MeteControl
import MeteModel
import MeteTestSupport
import Testing

extension KernelTests {
    /// Writes that the kernel refuses.
    struct ControlFailureTests {
        @Test func whatWasInForceBeforeRefusedWritesIsStillPutBack() throws {
            let process = try Workload("wait").process
            let key = try process.key
            let folder = try TemporaryFolder(prefix: "mete-failure")
            let journal = try Journal(folder: StateFolder(folder.path))
            let executor = Executor(journal: journal)
            let niced = SettingValue.scheduling(SchedulingAttributes(policy: 0, nice: 7))
            // The kernel reserves no less than 1,024 ns.
            let refused = [500, 600, 700].map { runtime in
                SettingValue.scheduling(
                    .reservation(runtime: runtime, deadline: 10_000_000, period: 10_000_000, reclaim: false))
            }
            for value in [niced] + refused {
                let write = Write(.scheduling(key), value, scope: .alone)
                let outcome = executor.execute([write], at: Instant(nanoseconds: 0))
                #expect(outcome.failures.count == (value == niced ? 0 : 1))
            }
            #expect(try SchedulingAttributes.read(process.identifier).nice == 7)

            let report = try Restoration(journal: journal).run()
            #expect(report.steps.count == 1)
            #expect(try SchedulingAttributes.read(process.identifier).nice == 0, "\(report)")
        }

        @Test func aRefusedReservationSaysWhyAndWhatToDo() throws {
            let folder = try TemporaryFolder(prefix: "mete-failure")
            let executor = Executor(journal: try Journal(folder: StateFolder(folder.path)))
            // More than any machine admits for one thread beside the kernel's own limit of 95 %.
            let all = SettingValue.scheduling(
                .reservation(runtime: 10_000_000, deadline: 10_000_000, period: 10_000_000, reclaim: false))
            let cpus = DeadlineBandwidth.measure().cpus
            var others: [ChildProcess] = []
            var failures: [Outcome.Failure] = []
            for _ in 0...cpus {
                let other = try Workload("wait").process
                others.append(other)
                let outcome = try executor.execute(
                    [Write(.scheduling(other.key), all, scope: .alone)], at: Instant(nanoseconds: 0))
                failures += outcome.failures
            }
            #expect(failures.first?.error.cause == .busy, "\(failures)")
            #expect(failures.first.map { !$0.error.remedy.isEmpty } == true)
        }
    }
}
