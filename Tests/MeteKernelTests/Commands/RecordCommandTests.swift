import Glibc
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// `mete record` and `mete query` as programs.
    @MainActor
    struct RecordCommandTests {
        private let folder: TemporaryFolder
        private var file: String { folder.file("recording") }

        init() throws {
            folder = try TemporaryFolder(prefix: "mete-record")
            try folder.write(
                "components: [{ name: it, match: { cmdline: 'mete-workload spin' } }]", to: "policy.yaml")
        }

        /// One metric of a query in CSV, or with `ofLengths` how long the windows were.
        private func column(_ metric: String, of component: String, ofLengths: Bool = false) throws -> [Int64] {
            let run = try MeteRun([
                "query", file, "--component", component, "--metric", metric, "--format", "csv",
            ])
            run.expect(0)
            let lines = run.output.split(separator: "\n")
            #expect(lines.first == "end_ns,component,length_ns,\(metric)")
            return try lines.dropFirst().map {
                let fields = $0.split(separator: ",")
                return try #require(fields.dropFirst(ofLengths ? 2 : 3).first.flatMap { Int64($0) }, "\($0)")
            }
        }

        @Test func aRecordingHoldsWhatTheKernelCharged() throws {
            let spin = try Workload("spin", "600", "1").process
            let clock = try ProcessCPUClock(of: spin.identifier)
            let (start, before) = (TickClock.now(), try clock.nanoseconds())
            let run = try MeteRun([
                "record", "-o", file, "--interval", "0.1", "--duration", "2", "--policy", folder.file("policy.yaml"),
            ])
            let (elapsed, charged) = (TickClock.now() - start, try clock.nanoseconds() - before)
            run.expect(0, saying: "windows recorded to \(file)")
            let times = try column("cpu.run", of: "it")
            #expect(times.count > 5)
            let recorded = times.reduce(0, +)
            // What it ran while mete started and ended is in no window, and it had about the same share of a CPU all the time.
            let covered = try column("cpu.run", of: "machine", ofLengths: true).reduce(0, +)
            let expected = Double(charged) * Double(covered) / Double(elapsed)
            #expect(
                Double(recorded) > 0.75 * expected && recorded <= charged,
                "\(recorded) of \(charged), of which \(expected) while windows were open")
            let replay = try MeteRun(["replay", file, "--speed", "0", "--json"])
            replay.expect(0)
            #expect(replay.output.split(separator: "\n").count >= times.count)
            #expect(replay.output.contains("\"it\""))
            let listing = try MeteRun(["query", file])
            listing.expect(0)
            #expect(listing.output.contains("machine") && listing.output.contains("it"))
        }

        /// Who ran while it waited, its threads and its processes are in the file, and a query finds them.
        @Test func aRecordingSaysWhoAndWhy() throws {
            let cpu = "0"
            let taskset = try Executable.named("taskset", remedy: "Install util-linux.")
            let workload = try Executable.sibling("mete-workload").path
            let spins = try (0..<2).map { _ in
                try ChildProcess(taskset, ["-c", cpu, workload, "spin", "600", "1"])
            }
            try MeteRun([
                "record", "-o", file, "--interval", "0.1", "--duration", "2", "--policy", folder.file("policy.yaml"),
            ]).expect(0)
            func query(_ subject: String) throws -> String {
                let run = try MeteRun(["query", file, "--component", "it", subject, "--format", "json"])
                run.expect(0, saying: "recorded by mete", "CPUs")
                return run.output
            }
            #expect(try query("--disturbances").contains("\"kind\":\"component\",\"disturber\":\"it\""), "each other")
            #expect(try query("--threads").contains("\"thread\":\"mete-workload\""))
            let processes = try query("--processes")
            for spin in spins { #expect(processes.contains("\"pid\":\(spin.identifier),"), "\(processes)") }
            #expect(processes.contains("mete-workload spin 600 1"))
            let replay = try MeteRun(["replay", file, "--speed", "0"])
            replay.expect(0)
            #expect(replay.output.contains("in its way stood: itself") && replay.output.contains("  mete-workload "))
        }

        @Test func callsAreRecordedUnderANameOfTheirOwn() throws {
            try folder.write(
                "components: [{ name: it, match: { cmdline: 'mete-workload calls' } }]", to: "policy.yaml")
            let workload = try Workload("calls", "plain", "1000000000000").process
            let path = try Executable.sibling("mete-workload").path
            try MeteRun([
                "record", "-o", file, "--interval", "0.1", "--duration", "1", "--policy", folder.file("policy.yaml"),
                "--calls", "\(path):called_plain",
            ]).expect(0)
            let name = "it/mete-workload:called_plain"
            let calls = try column("calls.count", of: name)
            #expect(calls.count > 2 && calls.allSatisfy { $0 >= 0 } && calls.reduce(0, +) > 0, "\(calls)")
            #expect(try column("cpu.run", of: name).allSatisfy { $0 == 0 }, "that is the component's")
            #expect(try column("calls.count", of: "machine").reduce(0, +) == calls.reduce(0, +))
            #expect(try column("calls.count", of: "it").allSatisfy { $0 == 0 })
            let replay = try MeteRun(["replay", file, "--speed", "0"])
            replay.expect(0)
            #expect(replay.output.contains("  mete-workload:called_plain"))
            withExtendedLifetime(workload) {}
        }

        /// Whole but for the batch that was open, and taken up by the next one.
        @Test func aRecordingSurvivesSIGKILL() throws {
            let spin = try Workload("spin", "600", "1").process
            let arguments = [
                "record", "-o", file, "--interval", "0.1", "--policy", folder.file("policy.yaml"),
            ]
            let record = try ChildProcess(.sibling("mete"), arguments, errors: .discarded)
            #expect(
                try Polling.wait(seconds: 60) {
                    try MeteRun(["query", file, "--component", "it"]).output.split(separator: "\n").count > 20
                })
            record.kill()
            let left = try column("cpu.run", of: "it")
            #expect(left.count >= 20)
            try MeteRun(arguments + ["--duration", "1.5"]).expect(0)
            #expect(try column("cpu.run", of: "it").count > left.count)
            withExtendedLifetime(spin) {}
        }

        @Test func twoWritersAreOneTooMany() throws {
            let record = try ChildProcess(
                .sibling("mete"), ["record", "-o", file, "--interval", "0.1"], errors: .discarded)
            #expect(try Polling.wait(seconds: 30) { try MeteRun(["query", file]).code == 0 })
            try MeteRun(["record", "-o", file, "--interval", "0.1", "--duration", "1"])
                .expect(6, saying: file, "\(record.identifier)")
        }

        @Test func aFileThatIsNoRecordingIsNamed() throws {
            try MeteRun(["query", folder.file("policy.yaml")]).expect(1, saying: "policy.yaml", "mete record")
            try MeteRun(["query", folder.file("none")]).expect(1, saying: "none", "No such file")
            try MeteRun(["record", "-o", folder.file("policy.yaml"), "--duration", "1"])
                .expect(1, saying: "policy.yaml", "too short")
            #expect(try folder.text("policy.yaml").contains("mete-workload"), "it is left as it is")
        }

        @Test func whatDiffersBetweenTwoRecordingsIsMarked() throws {
            let arguments = [
                "record", "--interval", "0.1", "--duration", "1.5", "--policy", folder.file("policy.yaml"),
            ]
            try MeteRun(arguments + ["-o", folder.file("idle")]).expect(0)
            let spin = try Workload("spin", "600", "1").process
            try MeteRun(arguments + ["-o", folder.file("busy")]).expect(0)
            let run = try MeteRun(["compare", folder.file("idle"), folder.file("busy"), "--metric", "cpu.run"])
            run.expect(0)
            let line = run.output.split(separator: "\n").first { $0.hasPrefix("it ") }
            #expect(line?.contains("new") == true && line?.hasSuffix("*") == true, "\(run.output)")
            let same = try MeteRun([
                "compare", folder.file("busy"), folder.file("busy"), "--metric", "cpu.run", "--changed",
            ])
            #expect(same.output.split(separator: "\n").count == 1, "only its head: \(same.output)")
            try MeteRun(["compare", folder.file("busy")]).expect(64, saying: "--from-b")
            withExtendedLifetime(spin) {}
        }

        @Test func anUnknownComponentHasNeighbours() throws {
            try MeteRun(["record", "-o", file, "--interval", "0.1", "--duration", "1.5"]).expect(0)
            try MeteRun(["query", file, "--component", "kerne"]).expect(64, saying: "kernel")
            try MeteRun(["query", file, "--every", "1min"]).expect(64, saying: "--component")
            try MeteRun(["query", file, "--plans", "--every", "1min"]).expect(64, saying: "plans")
            try MeteRun(["query", file, "--devices", "--metric", "cpu.run"]).expect(64, saying: "--devices")
        }
    }
}
