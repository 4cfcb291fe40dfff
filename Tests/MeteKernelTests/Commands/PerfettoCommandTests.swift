import FoundationEssentials
import Glibc
import MeteTestSupport
import Testing

extension KernelTests {
    /// `mete trace --perfetto` as a program, and what is in its file.
    @MainActor
    struct PerfettoCommandTests {
        private struct Trace: Decodable {
            struct Event: Decodable {
                struct Arguments: Decodable {
                    var name: String?
                    var component: String?
                    var tid: Int?
                    var pid: Int?
                    var length_ns: Int64?
                }

                var name: String
                var ph: String
                var pid: Int
                var tid: Int?
                var ts: Double?
                var dur: Double?
                var cat: String?
                var args: Arguments?
            }

            struct Other: Decodable {
                var caveats: [String]
            }

            var traceEvents: [Event]
            var otherData: Other

            init(path: String) throws {
                self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
            }

            func name(_ kind: String, _ number: Int) -> String? {
                traceEvents.last {
                    $0.ph == "M" && $0.name == kind && (kind == "thread_name" ? $0.tid : $0.pid) == number
                }?
                .args?.name
            }
        }

        private let folder: TemporaryFolder
        private var file: String { folder.file("trace.json") }

        init() throws {
            folder = try TemporaryFolder(prefix: "mete-perfetto")
            try folder.write(
                "components: [{ name: it, match: { cmdline: 'mete-workload spin' } }]", to: "policy.yaml")
        }

        @Test func theFileHoldsWhatTheKernelCharged() throws {
            let mete = try ChildProcess(
                .sibling("mete"),
                ["trace", "--perfetto", file, "--policy", folder.file("policy.yaml"), "--interval", "0.2"],
                errors: .file(folder.file("errors")))
            // Its head is written with the first buffer: by then it traces. The file has its name once it is complete.
            let part = "\(file).\(mete.identifier).part"
            #expect(Polling.wait { (try? TextFile.read(part).contains("traceEvents")) ?? false })
            let spin = try Workload("spin", "1", "2").process
            let used = try #require(spin.waitForEnd()?.cpuNanoseconds)
            #expect(mete.stop(SIGINT))
            let errors = try folder.text("errors")
            #expect(mete.exit?.code == 0 && errors.contains("slices written to \(file)"), "\(errors)")

            let trace = try Trace(path: file)
            let pid = Int(spin.identifier)
            let onCPUs = trace.traceEvents.filter {
                $0.ph == "X" && $0.args?.component == "it" && $0.args?.pid == pid
            }
            let own = trace.traceEvents.filter { $0.ph == "X" && $0.pid == pid && $0.name == "running" }
            let tolerance = (Workload.isEmulated ? 0.05 : 0.01) * Double(used)
            for sum in [onCPUs, own].map({ $0.reduce(0) { $0 + ($1.args?.length_ns ?? 0) } }) {
                #expect(abs(Double(sum - used)) <= tolerance, "\(sum) of \(used)")
            }
            #expect(onCPUs.allSatisfy { $0.cat == "it" } && own.allSatisfy { $0.cat == "it" })
            let tracks = Set(onCPUs.compactMap(\.tid))
            #expect(tracks.allSatisfy { trace.name("thread_name", $0)?.hasPrefix("CPU ") == true })
            #expect(
                trace.name("thread_name", pid) == "mete-workload" && trace.name("process_name", pid) == "mete-workload")
            let component = try #require(
                trace.traceEvents.first { $0.ph == "M" && $0.args?.name == "component it" }?.pid)
            let counters = trace.traceEvents.filter { $0.ph == "C" && $0.pid == component }
            #expect(Set(counters.map(\.name)).isSuperset(of: ["cpu.run", "cpu.demand", "cpu.delay"]))
            expectNoOverlap(trace.traceEvents)
        }

        private func expectNoOverlap(_ events: [Trace.Event]) {
            var ends: [Int: Int64] = [:]
            for event in events where event.ph == "X" {
                guard let track = event.tid, let start = event.ts.map({ Int64(($0 * 1000).rounded()) }) else {
                    continue
                }
                #expect(start >= ends[track, default: 0], "track \(track)")
                ends[track] = start + (event.args?.length_ns ?? 0)
            }
        }

        @Test(
            .disabled(
                if: Workload.isEmulated,
                "an emulated machine switches too seldom to fill a page meanwhile; SchedEventTests fills it there"))
        func lossesStandInTheFile() throws {
            let workload = try Workload("wakers", "600", "4", "2000").process
            let run = try MeteRun(["trace", "--perfetto", file, "--duration", "1", "--event-ring-bytes", "4096"])
            run.expect(0, saying: "events of the scheduler were lost")
            let trace = try Trace(path: file)
            #expect(trace.traceEvents.contains { $0.name.hasPrefix("events lost") && $0.cat == "lost" })
            #expect(trace.otherData.caveats.contains { $0.contains("events of the scheduler found no room") })
            #expect(trace.traceEvents.contains { $0.ph == "i" && $0.name.contains("found no room") })
            withExtendedLifetime(workload) {}
        }

        @Test func wrongArgumentsAreNamed() throws {
            try MeteRun(["trace", "--perfetto", file, "--json"]).expect(64, saying: "--perfetto", "--json")
            try MeteRun(["trace", "--perfetto", "\(folder.path)/none/x"]).expect(1, saying: "none/x", "No such file")
        }
    }
}
