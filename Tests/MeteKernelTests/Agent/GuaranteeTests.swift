import Glibc
import MeteAgent
import MeteControl
import MeteModel
import MetePartition
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// The whole loop on the real kernel: one busy thread with a guarantee beside hogs that would leave it far less.
    struct GuaranteeTests {
        /// Ticks in a row at the end of which both guarantees hold; most ticks until then.
        static let heldTicks = 30
        static let mostTicks = 300
        static let hogsPerCPU = 4
        static let guarantee = 0.75
        static let hogGuarantee = 0.25

        @Test func hogsBreakTheGuaranteeWithoutMete() throws {
            let last = try run(mode: .shared, enforces: false) { $0.tick >= 60 }
            let service = try #require(last.component("service"))
            #expect(service.verdict.state == .breached, "\(service.verdict)")
            #expect(service.breaches >= 2)
            #expect(service.verdict.got < 0.8 * Self.guarantee)
        }

        @Test(arguments: [CPUMode.shared, .reserved])
        func meteHoldsBothGuarantees(mode: CPUMode) throws {
            var held = 0
            var used = 0.0
            let last = try run(mode: mode, enforces: true) { snapshot in
                let states = ["service", "hogs"].map { snapshot.component($0)?.verdict.state }
                held = snapshot.tick > 10 && states == [.met, .met] ? held + 1 : 0
                let cores = snapshot.window.samples.reduce(0) { $0 + $1.usage }
                used = held > 0 ? used + cores : 0
                return held >= Self.heldTicks
            }
            #expect(held >= Self.heldTicks, "after \(last.tick) ticks")
            let service = try #require(last.component("service"))
            let hogs = try #require(last.component("hogs"))
            #expect(service.verdict.got >= Self.guarantee * 0.95 - 0.02, "\(service.verdict)")
            #expect(hogs.verdict.got >= Self.hogGuarantee * 0.95 - 0.02, "\(hogs.verdict)")
            #expect(
                used / Double(held) >= (Workload.isEmulated ? 0.8 : 0.9) * last.window.capacity.cores,
                "\(used / Double(held)) cores: nothing stands idle while somebody waits")
            if mode == .reserved {
                let control = try #require(last.control[ComponentID("service")])
                #expect(control.mode == .reserved, "\(control)")
            }
        }

        @Test func nothingIsLeftBehind() throws {
            let before = try groups()
            _ = try run(mode: .reserved, enforces: true) { $0.tick >= 20 }
            #expect(try groups() == before)
        }

        /// Runs the loop beside a service and hogs until `isDone` says so of a tick and the number of ticks before it.
        private func run(
            mode: CPUMode, enforces: Bool, until isDone: (AgentSnapshot) -> Bool
        ) throws -> AgentSnapshot {
            let hogCount = Self.hogsPerCPU * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            let service = try Workload("spin", "300", "1").process
            let hogs = try Workload("spin", "300", "\(hogCount)").process
            defer {
                service.kill()
                hogs.kill()
            }
            let policy = Self.policy(mode: mode, hogs: hogCount)
            let folder = try TemporaryFolder(prefix: "mete-guarantee")
            let hierarchies = CgroupHierarchies.discover()
            let controller = enforces ? try CPUController(hierarchies: hierarchies, stateFolder: folder.path) : nil
            defer { if let controller { release(controller) } }
            var options = KernelProbes.Options()
            options.ownClock = DelayAccounting.current() != .kept
            let tracer = try Tracer(
                classifier: Classifier(policy), permanent: policy.components.map(\.id), options: options)
            let loop = ControlLoop(
                tracer: tracer, controller: controller, policy: policy,
                cpuController: hierarchies.cpu?.version == .v1 ? "cpu" : "", log: { _ in })
            var clock = TickClock()
            var last: AgentSnapshot?
            for _ in 0..<Self.mostTicks {
                _ = clock.wait(tick: policy.tick)
                let snapshot = try loop.tick(missed: clock.missed)
                last = snapshot
                if isDone(snapshot) { break }
            }
            return try #require(last)
        }

        private func release(_ controller: CPUController) {
            do {
                let report = try controller.release()
                #expect(report.isComplete, "\(report)")
            } catch {
                Issue.record(error)
            }
        }

        private static func policy(mode: CPUMode, hogs: Int) -> Policy {
            var policy = Policy()
            var service = ComponentPolicy(id: ComponentID("service"))
            service.match = [MatchClause(rules: [.commandLine(.regex("mete-workload spin [0-9]+ 1$"))])]
            service.class = .latency
            service.priority = 100
            service.mayMove = true
            service.cpu.guarantee = guarantee
            service.cpu.mode = mode
            service.cpu.latency = 10 * .perMillisecond
            var batch = ComponentPolicy(id: ComponentID("hogs"))
            batch.match = [MatchClause(rules: [.commandLine(.regex("mete-workload spin [0-9]+ \(hogs)$"))])]
            batch.class = .batch
            batch.priority = 10
            batch.mayMove = true
            batch.cpu.guarantee = hogGuarantee
            policy.components = [service, batch, ComponentPolicy(id: .rest)]
            return policy
        }

        private func groups() throws -> [String] {
            let cpu = try #require(CgroupHierarchies.discover().cpu)
            return try KernelFile.folders(in: cpu.folder(of: "/"))
        }
    }
}

extension AgentSnapshot {
    func component(_ name: String) -> Component? { components.first { $0.policy.id.name == name } }
}
