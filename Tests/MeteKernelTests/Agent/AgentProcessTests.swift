import Glibc
import MeteClient
import MeteControl
import MeteModel
import MeteProtocol
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// The real program, as an operator runs it. On the main thread, which outlives its children: they end with the thread that made them.
    @MainActor
    struct AgentProcessTests {
        static let policy = """
            components:
              - name: service
                match: { cmdline: 'mete-workload spin [0-9]+ 1$' }
                class: latency
                move: true
                cpu: { guarantee: 0.5, mode: reserved, latency: 10ms }
              - name: batch
                match: { cmdline: 'mete-workload wakers [0-9]+ 3 10 batch$' }
                class: batch
                move: true
                cpu: { guarantee: 0.25 }
            """

        /// What mete may change of the machine.
        nonisolated struct Settings: Equatable {
            var serviceGroup: String
            var batchGroup: String
            var servicePolicies: [UInt32]
            var delayAccounting: String
        }

        @Test func aCleanStopPutsEverythingBack() async throws {
            let scene = try Scene()
            let before = try scene.settings()
            let agent = try scene.startAgent()
            try await scene.waitUntilEnforced()
            #expect(try scene.settings() != before, "the detector must see what mete does")
            #expect(agent.stop(SIGINT, grace: 30))
            #expect(agent.exit?.code == 0, "\(String(describing: agent.exit))")
            try scene.expect(before)
        }

        @Test func restoreAfterSIGKILLPutsEverythingBack() async throws {
            let scene = try Scene()
            let before = try scene.settings()
            let agent = try scene.startAgent()
            try await scene.waitUntilEnforced()
            agent.kill()
            #expect(try scene.settings() != before, "the detector must see what mete left")
            let restore = try ChildProcess(
                .sibling("mete"), ["restore", "--verbose", "--state-dir", scene.folder.path], output: .inherited)
            restore.waitForEnd()
            #expect(restore.exit?.code == 0)
            try scene.expect(before)
            let again = try ChildProcess(.sibling("mete"), ["restore", "--state-dir", scene.folder.path])
            again.waitForEnd()
            #expect(again.exit?.code == 0)
            try scene.expect(before)
        }

        @Test func aNewAgentPutsBackWhatADeadOneLeft() async throws {
            let scene = try Scene()
            let before = try scene.settings()
            try await {
                let agent = try scene.startAgent()
                try await scene.waitUntilEnforced()
                agent.kill()
            }()
            let next = try scene.startAgent(policy: nil)
            try await scene.waitUntilAnswering()
            #expect(next.stop(SIGTERM, grace: 30))
            try scene.expect(before)
        }

        @Test func aForeignWriteIsYieldedToAndOutlivesTheAgent() async throws {
            let scene = try Scene()
            // A group that does not go with the agent.
            let home = try ScratchGroup(named: "mete-test-foreign-\(getpid())", in: .find())
            // Unlike any that mete would find as wanted, and so not write.
            try home.setWeight(5)
            try TextFile.write("\(scene.batch.identifier)", to: home.membersFile)
            defer { scene.batch.kill() }
            let agent = try scene.startAgent()
            try await scene.waitUntilEnforced()
            let client = AgentClient(socket: scene.socket)
            let batch = try await client.status().components.first { $0.id.name == "batch" }
            let cpu = try #require(CgroupHierarchies.discover().cpu)
            let group = cpu.folder(of: try #require(batch?.enforcement.cgroups.first))
            let file = "\(group)/\(cpu.version == .v1 ? "cpu.shares" : "cpu.weight")"
            try TextFile.write("77", to: file)
            let status = try await scene.poll {
                try await client.status()
            } until: { status in
                status.components.contains { !$0.enforcement.yielded.isEmpty }
            }
            let yielded = status.components.flatMap(\.enforcement.yielded)
            #expect(yielded.contains { $0.path == file && $0.standing == "77" }, "\(yielded)")
            #expect(file.hasPrefix(home.path + "/"))
            let later = status.agent.ticks + 20
            _ = try await scene.poll {
                try await client.status()
            } until: {
                $0.agent.ticks > later
            }
            #expect(try TextFile.read(file).prefix(2) == "77")
            #expect(agent.stop(SIGINT, grace: 30))
            #expect(try TextFile.read(file).prefix(2) == "77")
        }

        /// Without leaving the processes where they are, or a failure every few seconds because the group is not empty.
        @Test(arguments: ["renamed", "not to be moved", "removed"])
        func aReloadTakesBackWhatTheNewPolicyDoesNotMove(batch: String) async throws {
            let parts = Self.policy.split(separator: "  - name: batch")
            try #require(parts.count == 2)
            let next =
                switch batch {
                case "renamed": "\(parts[0])  - name: renamed\(parts[1])"
                case "not to be moved": Self.policy.replacing("class: batch\n    move: true", with: "class: batch")
                default: String(parts[0])
                }
            try #require(next != Self.policy)
            let scene = try Scene()
            let before = try scene.settings()
            let log = "\(scene.folder.path)/log"
            let agent = try scene.startAgent(errors: .file(log))
            try await scene.waitUntilEnforced()
            let cpu = try #require(CgroupHierarchies.discover().cpu)
            let old = try cpu.cgroup(of: scene.batch.identifier)
            #expect(old != before.batchGroup, "the detector must see the move")
            try TextFile.write(next, to: "\(scene.folder.path)/policy.yaml", creating: true)
            agent.send(SIGHUP)
            let own = OwnGroup.path(below: cpu.root) + "/renamed"
            let wanted = batch == "renamed" ? own : before.batchGroup
            let isSettled = try Polling.wait {
                try cpu.cgroup(of: scene.batch.identifier) == wanted && !KernelFile.exists(cpu.folder(of: old))
            }
            let stands = try cpu.cgroup(of: scene.batch.identifier)
            #expect(isSettled, "\(stands) instead of \(wanted)")
            let client = AgentClient(socket: scene.socket)
            let status = try await client.status()
            #expect(
                status.components.contains { !$0.enforcement.reservations.isEmpty }, "the others keep what they have")
            #expect(agent.stop(SIGINT, grace: 30))
            let said = try TextFile.read(log)
            #expect(!said.contains("cannot"), "\(said)")
            try scene.expect(before)
        }

        @Test func aPolicyThatDoesNotLoadLeavesTheOldOneInForce() async throws {
            let scene = try Scene()
            let agent = try scene.startAgent()
            try await scene.waitUntilEnforced()
            try TextFile.write(
                "components: [{ name: x, mtach: {} }]", to: "\(scene.folder.path)/policy.yaml", creating: true)
            agent.send(SIGHUP)
            let client = AgentClient(socket: scene.socket)
            let status = try await scene.poll {
                try await client.status()
            } until: {
                $0.agent.policy.lastFailure != nil
            }
            #expect(status.components.contains { $0.id.name == "service" })
            #expect(status.agent.policy.lastFailure?.problems.contains { $0.message.contains("mtach") } == true)
            #expect(agent.stop(SIGINT, grace: 30))
        }

        @Test func aCgroupThatIsNotThereIsWarnedOfUntilItAppears() async throws {
            let scene = try Scene()
            let cpu = try #require(CgroupHierarchies.discover().cpu)
            let path = "\(cpu.root == "/" ? "" : cpu.root)/mete-test-absent"
            let log = "\(scene.folder.path)/log"
            let agent = try scene.startAgent(
                policy: "components: [{ name: later, match: { cgroup: \(path) } }]", errors: .file(log))
            try await scene.waitUntilAnswering()
            let client = AgentClient(socket: scene.socket)
            let warnings = try await client.status().agent.policy.warnings ?? []
            #expect(warnings.map(\.line) == [1])
            #expect(warnings.first?.text.contains("later names the cgroup \(path), which is not there") == true)
            #expect(try TextFile.read(log).contains("warning: \(scene.folder.path)/policy.yaml:1: match: later names"))

            let folder = cpu.folder(of: path)
            #expect(mkdir(folder, 0o755) == 0)
            defer { rmdir(folder) }
            let after = try await scene.poll {
                try await client.status()
            } until: {
                $0.agent.policy.warnings == nil
            }
            #expect(after.agent.policy.warnings == nil)
            #expect(agent.stop(SIGINT, grace: 30))
        }

        /// Where the kernel has the switch: without its delays no breach would ever be seen.
        @Test(.enabled(if: access(DelayAccounting.sysctl, F_OK) == 0, "this kernel always keeps run-queue delays"))
        func delaysThatAreSwitchedOffAreToldOf() async throws {
            let scene = try Scene()
            let before = try TextFile.read(DelayAccounting.sysctl)
            let agent = try scene.startAgent(errors: .discarded)
            try await scene.waitUntilEnforced()
            guard try TextFile.read(DelayAccounting.sysctl).first == "1" else {
                // It keeps them without the switch, or they are not believed.
                if DelayAccounting.current() == .withSleep {
                    #expect(try TextFile.read(DelayAccounting.sysctl) == before, "there is no use for it")
                }
                #expect(agent.stop(SIGINT, grace: 30))
                return
            }
            // Held, not written: should this test be killed, what was there before mete comes back.
            let held = try HeldFile(DelayAccounting.sysctl, at: "0", restoring: before)
            defer { held.release() }
            let client = AgentClient(socket: scene.socket)
            let status = try await scene.poll {
                try await client.status()
            } until: {
                $0.agent.policy.warnings != nil
            }
            let warning = try #require(status.agent.policy.warnings?.first)
            #expect(warning.text.contains("\(DelayAccounting.sysctl): switched off since mete began"))
            #expect(agent.stop(SIGINT, grace: 30))
            #expect(try TextFile.read(DelayAccounting.sysctl).first == "0", "it is another writer's")
        }

        @Test func aSecondAgentIsRefused() async throws {
            let scene = try Scene()
            let agent = try scene.startAgent()
            try await scene.waitUntilAnswering()
            let second = try scene.startAgent(errors: .discarded)
            second.waitForEnd()
            #expect(second.exit?.code == 6)
            #expect(agent.stop(SIGINT, grace: 30))
        }

        @Test func aBadPolicyIsRefusedAtTheStart() throws {
            let scene = try Scene()
            let agent = try scene.startAgent(policy: "components: 3", errors: .discarded)
            agent.waitForEnd()
            #expect(agent.exit?.code == 2)
        }
    }
}

extension KernelTests {
    /// A service, batch work, and an agent's folder.
    @MainActor
    fileprivate struct Scene {
        let folder: TemporaryFolder
        let service: ChildProcess
        let batch: ChildProcess

        init() throws {
            folder = try TemporaryFolder(prefix: "mete-agent")
            service = try Workload("spin", "600", "1").process
            // Few cycles: an emulated machine has none to spare.
            batch = try Workload("wakers", "600", "3", "10", "batch").process
            let (service, batch) = (service.identifier, batch.identifier)
            try #require(
                try Polling.wait {
                    try ProcessTree.threads(of: service).count == 2 && ProcessTree.threads(of: batch).count == 3
                })
        }

        var socket: String { "\(folder.path)/agent.sock" }

        func startAgent(
            policy: String? = AgentProcessTests.policy, errors: ChildProcess.Output = .inherited
        ) throws -> ChildProcess {
            var arguments = ["agent", "--enforce", "--state-dir", folder.path, "--socket", socket]
            if let policy {
                try TextFile.write(policy, to: "\(folder.path)/policy.yaml", creating: true)
                arguments += ["--policy", "\(folder.path)/policy.yaml"]
            }
            return try ChildProcess(.sibling("mete"), arguments, errors: errors)
        }

        func waitUntilAnswering() async throws {
            let client = AgentClient(socket: socket)
            _ = try await poll {
                try await client.status()
            } until: {
                $0.agent.ticks > 0
            }
        }

        /// Until the service has its reservation and the batch work its group.
        func waitUntilEnforced() async throws {
            let client = AgentClient(socket: socket)
            _ = try await poll {
                try await client.status()
            } until: { status in
                status.components.contains { $0.id.name == "service" && !$0.enforcement.reservations.isEmpty }
                    && status.components.contains { $0.id.name == "batch" && !$0.enforcement.cgroups.isEmpty }
            }
        }

        /// Asks again until the answer is as wanted; fails when it has not been for long.
        func poll<Answer>(
            _ ask: () async throws -> Answer, until isWanted: (Answer) -> Bool
        ) async throws -> Answer {
            var last = "nothing"
            for _ in 0..<600 {
                do {
                    let answer = try await ask()
                    if isWanted(answer) { return answer }
                    last = "\(answer)"
                } catch {
                    // Until it has started, nobody answers.
                    last = "\(error)"
                }
                try await Task.sleep(for: .milliseconds(100))
            }
            throw ProcessError("get the wanted answer from", socket, cause: "the last one was: \(last)")
        }

        func expect(_ before: AgentProcessTests.Settings) throws {
            let after = try settings()
            #expect(after == before, "\(after) instead of \(before)")
        }

        func settings() throws -> AgentProcessTests.Settings {
            let cpu = try #require(CgroupHierarchies.discover().cpu)
            return AgentProcessTests.Settings(
                serviceGroup: try cpu.cgroup(of: service.identifier), batchGroup: try cpu.cgroup(of: batch.identifier),
                servicePolicies: try ProcessTree.threads(of: service.identifier).map {
                    try SchedulingAttributes.read($0).policy
                },
                delayAccounting: try delayAccounting())
        }

        /// Empty where the kernel has no such switch.
        private func delayAccounting() throws -> String {
            access(DelayAccounting.sysctl, F_OK) == 0 ? try TextFile.read(DelayAccounting.sysctl) : ""
        }
    }
}
