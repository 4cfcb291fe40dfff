import Glibc
import MeteClient
import MeteModel
import MeteProtocol
import MeteTestSupport
import Testing

extension KernelTests {
    /// What the agent sees beside CPUs. On the main thread, which outlives its children: they end with the thread that made them.
    @MainActor
    struct AgentTracingTests {
        private static let policy = """
            components:
              - name: holder
                match: { cmdline: 'mete-workload memory 64$' }
              - name: talker
                match: { cmdline: 'mete-workload traffic unix 1000 ' }
              - name: spinner
                match: { cmdline: 'mete-workload spin 600 3 0' }
            """

        private nonisolated static let tellsStalls = (try? TextFile.read("/proc/pressure/cpu")) != nil

        /// Of a component, where a group is wholly its own: three threads on one CPU, of which one always waits.
        @Test(.enabled(if: tellsStalls, "this kernel tells no stalls"))
        func statusTellsStalls() async throws {
            let mountPoint = try? CPUHierarchy.unifiedMountPoint()
            let group = try mountPoint.map {
                try ScratchGroup(named: "mete-status-\(UInt32.random(in: 0 ... .max))", inUnified: $0)
            }
            let status = try await Self.status(
                only: "cpu",
                beside: { try ChildProcess(.sibling("mete-workload"), ["spin", "600", "3", "0"], group: group) }
            ) { status in
                let spinner = status.components.first { $0.id.name == "spinner" }?.resources?.stalls
                return (status.stalls?.cpu?.some ?? 0) > 0 && ((spinner?.cpu?.some ?? 0) > 0 || group == nil)
            }
            let machine = try #require(status.stalls)
            #expect(machine.cpu != nil && machine.memory == nil && machine.disk == nil, "only CPUs are traced")
            guard group != nil else { return }
            let spinner = try #require(status.components.first { $0.id.name == "spinner" }?.resources?.stalls)
            #expect(spinner.groups == 1 && spinner.cpu.map { $0.some > 0 && $0.full <= $0.some } == true, "\(spinner)")
            #expect(status.components.first { $0.id == .rest }?.resources?.stalls?.groups != 0)
        }

        @Test func statusTellsWhatComponentsUseBesideCPUs() async throws {
            let status = try await Self.status(only: "cpu,network,memory", until: Self.bothAreSeen)
            let holder = try #require(status.components.first { $0.id.name == "holder" }?.resources)
            #expect(try #require(holder.memory).anonymousBytes >= 64 << 20)
            #expect(holder.network?.sentBytesPerSecond == 0)
            let talker = try #require(status.components.first { $0.id.name == "talker" }?.resources)
            let network = try #require(talker.network)
            // It sends to itself, a thousand bytes at a time.
            #expect(network.sentPacketsPerSecond > 0)
            #expect(abs(network.sentBytesPerSecond / network.sentPacketsPerSecond - 1000) < 1e-6)
            let delay = try #require(talker.runQueueDelay)
            #expect(delay.p50Seconds > 0 && delay.p50Seconds <= delay.p99Seconds)
            #expect(talker.diskReads == nil, "disks are not traced")
        }

        @Test func whatIsNotTracedIsAbsent() async throws {
            let status = try await Self.status(only: "cpu") { status in
                status.components.contains { $0.id.name == "talker" && $0.resources?.runQueueDelay != nil }
            }
            let talker = try #require(status.components.first { $0.id.name == "talker" }?.resources)
            #expect(
                talker.network == nil && talker.memory == nil && talker.diskReads == nil && talker.diskWrites == nil)
        }

        private static func bothAreSeen(_ status: StatusReport) -> Bool {
            let seen = status.components.filter { component in
                switch component.id.name {
                case "holder": (component.resources?.memory?.anonymousBytes ?? 0) >= 64 << 20
                case "talker": (component.resources?.network?.sentBytesPerSecond ?? 0) > 0
                default: false
                }
            }
            return seen.count == 2
        }

        /// What an agent says of a process that holds memory and one that talks to itself.
        private static func status(
            only: String, beside another: () throws -> ChildProcess? = { nil }, until isWanted: (StatusReport) -> Bool
        ) async throws -> StatusReport {
            let folder = try TemporaryFolder(prefix: "mete-agent")
            let holder = try Workload("memory", "64")
            // Many more than it can send meanwhile; it is ended with this test.
            let talker = try Workload("traffic", "unix", "1000", "2000000000")
            let third = try another()
            defer { withExtendedLifetime((holder, talker, third)) {} }
            try TextFile.write(policy, to: "\(folder.path)/policy.yaml", creating: true)
            let socket = "\(folder.path)/agent.sock"
            let agent = try ChildProcess(
                .sibling("mete"),
                ["agent", "--policy", "\(folder.path)/policy.yaml", "--socket", socket, "--only", only])
            let client = AgentClient(socket: socket)
            var last: StatusReport?
            for _ in 0..<600 {
                // Until it has started, nobody answers.
                last = try? await client.status()
                if let last, isWanted(last) { break }
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(agent.stop(SIGINT, grace: 30))
            return try #require(last)
        }
    }
}
