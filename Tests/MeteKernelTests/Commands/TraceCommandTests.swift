import FoundationEssentials
import MeteTestSupport
import Testing

extension KernelTests {
    /// `mete trace` as a program.
    @MainActor
    struct TraceCommandTests {
        private nonisolated struct Line: Decodable {
            nonisolated struct Component: Decodable {
                var component: String
                var runNanoseconds: Int64
                var busiest: [Thread]
            }

            nonisolated struct Thread: Decodable {
                var pid: Int32
            }

            var start: Int64
            var end: Int64
            var components: [Component]
        }

        private func lines(_ run: MeteRun) throws -> [Line] {
            run.expect(0)
            return try run.output.split(separator: "\n").map {
                try JSONDecoder().decode(Line.self, from: Data($0.utf8))
            }
        }

        @Test func printsALineOfJSONPerInterval() throws {
            let spin = try Workload("spin", "600", "1")
            let lines = try lines(MeteRun(["trace", "--json", "--interval", "0.2", "--duration", "0.6"]))
            #expect(!lines.isEmpty)
            for (line, next) in zip(lines, lines.dropFirst()) { #expect(line.end == next.start) }
            let pids = lines.flatMap(\.components).flatMap(\.busiest).map(\.pid)
            #expect(pids.contains(spin.process.identifier))
        }

        /// 0.25 s four times in a second. A window that comes late by more takes the next ones with it, so what holds however busy the machine
        /// is: no window ends before its time, none is missing at the end, and together they are the whole duration.
        @Test func anIntervalIsAsLongAsAsked() throws {
            let interval = 250_000_000 as Int64
            let runs = try (0..<3).map { _ in
                try lines(MeteRun(["trace", "--json", "--interval", "0.25", "--duration", "1"]))
            }
            for lines in runs {
                let start = try #require(lines.first).start
                #expect(lines.count <= 4)
                for (line, next) in zip(lines, lines.dropFirst()) { #expect(line.end == next.start) }
                for (line, number) in zip(lines, 1...) { #expect(line.end - start >= Int64(number) * interval) }
                #expect(try #require(lines.last).end - start >= 4 * interval)
            }
            // If all were longer than that, it would be another interval that is kept.
            #expect(runs.joined().contains { $0.end - $0.start < 2 * interval })
        }

        @Test func takesComponentsFromAPolicyThatFitsThisMachine() throws {
            let folder = try TemporaryFolder(prefix: "mete-trace")
            let policy = "\(folder.path)/policy.yaml"
            let spin = try Workload("spin", "600", "1")
            try TextFile.write(
                "components: [{ name: it, match: { cmdline: 'mete-workload spin' } }]", to: policy, creating: true)
            let lines = try lines(MeteRun(["trace", "--json", "--duration", "1", "--policy", policy]))
            let used = lines.flatMap(\.components).filter { $0.component == "it" }.map(\.runNanoseconds)
            #expect(used.reduce(0, +) > 0)
            withExtendedLifetime(spin) {}

            // What the kernel's own limits make of a policy is the machine's to say, here as for the agent.
            let longest = try TextFile.read("/proc/sys/kernel/sched_deadline_period_max_us").filter(\.isNumber)
            let tooLong = try #require(UInt64(longest)) / 1000 + 1000
            try TextFile.write(
                """
                components:
                  - name: it
                    match: { comm: it }
                    cpu: { guarantee: 0.1, mode: reserved, latency: \(tooLong)ms }
                """, to: policy, creating: true)
            try MeteRun(["trace", "--duration", "0.1", "--policy", policy]).expect(2, saying: "\(policy):4:", "latency")
        }

        @Test(arguments: ["4096", "5000", "65537"]) func takesAnySizeOfBufferFromAPageOn(bytes: String) throws {
            let run = try MeteRun(["trace", "--duration", "0.2", "--interval", "0.1", "--ring-bytes", bytes])
            run.expect(0)
            #expect(run.output.contains("COMPONENT"))
        }
    }
}
