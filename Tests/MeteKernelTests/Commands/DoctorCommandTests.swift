import FoundationEssentials
import MeteModel
import MeteTestSupport
import Testing

extension KernelTests {
    /// `mete doctor` as a program.
    @MainActor
    struct DoctorCommandTests {
        @Test func findsWhatIsNeededHere() throws {
            let run = try MeteRun(["doctor", "--json"])
            let findings = try JSONDecoder().decode([Finding].self, from: Data(run.output.utf8))
            for feature in ["kernel types (BTF)", "privilege to trace", "tracepoint sched_switch", "cpu controller"] {
                let finding = try #require(findings.first { $0.feature == feature })
                if case .unsupported = finding.support { Issue.record("\(finding)") }
            }
            let calls = try #require(findings.first { $0.feature == "probes of functions (uprobes)" })
            #expect(calls.support == .supported, "the kernels that are tested on have them")
            let isMissing = findings.contains { if case .unsupported = $0.support { true } else { false } }
            run.expect(isMissing ? 3 : 0)
        }

        /// Whether stalls are told is what the files say.
        @Test func saysWhetherStallsAreTold() throws {
            let run = try MeteRun(["doctor", "--json"])
            let findings = try JSONDecoder().decode([Finding].self, from: Data(run.output.utf8))
            let finding = try #require(findings.first { $0.feature == "stalls (PSI)" })
            let isTold = (try? TextFile.read("/proc/pressure/memory")) != nil
            if case .unsupported(_, let remedy) = finding.support {
                #expect(!isTold && remedy.contains("psi=1"))
            } else {
                #expect(isTold)
            }
        }

        @Test func printsAFindingPerLineAndASum() throws {
            let run = try MeteRun(["doctor"])
            #expect(run.output.contains("ok       cpu controller"))
            #expect(run.output.contains(" ok, "))
        }
    }
}
