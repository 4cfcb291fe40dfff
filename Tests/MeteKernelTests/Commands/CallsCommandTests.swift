import FoundationEssentials
import MeteModel
import MeteProtocol
import MeteTestSupport
import Testing

extension KernelTests {
    /// `--calls` of the program.
    @MainActor
    struct CallsCommandTests {
        private nonisolated struct Line: Decodable {
            nonisolated struct Component: Decodable {
                var component: String
                var calls: [Call]?
            }

            nonisolated struct Call: Decodable {
                var function: String
                var calls: UInt64
                var insideNanoseconds: Int64
            }

            var components: [Component]
        }

        private func trace(_ calls: String, _ more: String...) throws -> MeteRun {
            try MeteRun(["trace", "--calls", calls, "--duration", "1", "--interval", "0.5"] + more)
        }

        @Test func callsAreInTheTableAndInJSON() throws {
            let path = try Executable.sibling("mete-workload").path
            let workload = try Workload("calls", "plain", "1000000000000")
            let table = try trace("\(path):called_plain")
            table.expect(0)
            #expect(table.output.contains("CALLS: COMPONENT / FUNCTION"))
            #expect(table.output.contains("  mete-workload:called_plain"))

            let json = try trace("\(path):called_plain", "--json")
            json.expect(0)
            let lines = try json.output.split(separator: "\n").map {
                try JSONDecoder().decode(Line.self, from: Data($0.utf8))
            }
            let calls = lines.flatMap(\.components).compactMap(\.calls).flatMap { $0 }
            #expect(calls.contains { $0.function == "mete-workload:called_plain" && $0.calls > 0 })
            withExtendedLifetime(workload) {}
        }

        @Test func anAgentForecastsThem() throws {
            let folder = try TemporaryFolder(prefix: "mete-calls")
            let (socket, state) = (folder.file("agent.sock"), folder.file("state"))
            let path = try Executable.sibling("mete-workload").path
            let workload = try Workload("calls", "plain", "1000000000000")
            let agent = try ChildProcess(
                .sibling("mete"),
                ["agent", "--socket", socket, "--state-dir", state, "--calls", "\(path):called_plain"],
                errors: .discarded)
            var report: StatusReport?
            #expect(
                try Polling.wait(seconds: 60) {
                    let run = try MeteRun(["status", "--socket", socket, "--json"])
                    report = try? JSONDecoder().decode(StatusReport.self, from: Data(run.output.utf8))
                    // On a busy machine the caller may not run in every tick.
                    return agent.hasEnded()
                        || report?.calls?.contains { $0.callsForecast != nil && $0.callsPerSecond > 0 } ?? false
                })
            let call = try #require(report?.calls?.first { $0.function == "mete-workload:called_plain" })
            #expect(call.callsPerSecond > 0 && call.inside > 0)
            #expect(try #require(call.callsForecast).demand.p95 > 0)
            #expect(try #require(call.insideForecast).demand.p95 > 0)
            #expect(report?.losses.contains { $0.kind == "uncountedFunctionCalls" } == true)
            let table = try MeteRun(["status", "--socket", socket])
            #expect(table.output.contains("  mete-workload:called_plain"))
            withExtendedLifetime(workload) {}
        }

        @Test func whatIsNotThereIsToldWithWhatIsNear() throws {
            try trace("libcc:fopen").expect(64, saying: "libcc:fopen", "near it are", "libc")
            try trace("libc:fopenn").expect(64, saying: "libc:fopenn", "near it are", "fopen")
            try trace("libc").expect(64, saying: "LIB:FUNC")
            try trace("libc:strlen").expect(64, saying: "IFUNC")
            try trace("/proc/self/status:f").expect(1, saying: "/proc/self/status")
        }
    }
}
