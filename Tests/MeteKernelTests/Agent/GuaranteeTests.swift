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
        /// Ticks until everything has been found, moved and weighed, and those that are then watched.
        static let settlingTicks: UInt64 = 30
        static let watchedTicks: UInt64 = 120
        static let hogsPerCPU = 4
        static let guarantee = 0.75
        static let hogGuarantee = 0.25

        @Test func hogsBreakTheGuaranteeWithoutMete() throws {
            var clock: ProcessCPUClock?
            var used: Int64 = 0
            let start = MonotonicClock.now()
            let last = try run(mode: .shared, enforces: false, ticks: 60) { snapshot, service in
                if clock == nil { clock = try ProcessCPUClock(of: service.identifier) }
                used = try clock?.nanoseconds() ?? 0
            }
            #expect(Double(used) < 0.8 * Self.guarantee * Double(MonotonicClock.now() - start), "by its own clock")
            let service = try #require(last.component("service"))
            #expect(service.verdict.state == .breached, "\(service.verdict)")
            #expect(service.breaches >= 2)
            #expect(service.verdict.got < 0.8 * Self.guarantee)
        }

        @Test(arguments: [CPUMode.shared, .reserved])
        func meteHoldsBothGuarantees(mode: CPUMode) throws {
            var settled: [String: UInt64] = [:]
            var used = 0.0
            // What the service got is also read from its own clock, which mete has no part in.
            var own: (clock: ProcessCPUClock, before: Int64, since: Nanoseconds)?
            var got = 0.0
            let last = try run(mode: mode, enforces: true, ticks: Self.settlingTicks + Self.watchedTicks) {
                snapshot, service in
                if snapshot.tick == Self.settlingTicks {
                    let clock = try ProcessCPUClock(of: service.identifier)
                    own = (clock, try clock.nanoseconds(), MonotonicClock.now())
                    for component in snapshot.components { settled[component.policy.id.name] = component.breaches }
                }
                guard snapshot.tick > Self.settlingTicks else { return }
                used += snapshot.window.samples.reduce(0) { $0 + $1.usage } / Double(Self.watchedTicks)
                if let own {
                    got = try Double(own.clock.nanoseconds() - own.before) / Double(MonotonicClock.now() - own.since)
                }
            }
            #expect(got >= Self.guarantee * 0.95 - 0.02, "by its own clock")
            for (name, guarantee) in [("service", Self.guarantee), ("hogs", Self.hogGuarantee)] {
                let component = try #require(last.component(name))
                let breaches = component.breaches - (settled[name] ?? 0)
                #expect(breaches == 0, "\(name): \(component.lastBreach?.explanation ?? "")")
                #expect(component.verdict.got >= guarantee * 0.95 - 0.02, "\(name): \(component.verdict)")
            }
            #expect(
                used >= (Workload.isEmulated ? 0.8 : 0.9) * last.window.capacity.cores,
                "\(used) cores: nothing stands idle while somebody waits")
            if mode == .reserved {
                let control = try #require(last.control[ComponentID("service")])
                #expect(control.mode == .reserved, "\(control)")
            }
        }

        @Test func nothingIsLeftBehind() throws {
            let before = try groups()
            _ = try run(mode: .reserved, enforces: true, ticks: 20)
            #expect(try groups() == before)
        }

        /// Runs the loop beside a service and hogs, and returns the last tick.
        private func run(
            mode: CPUMode, enforces: Bool, ticks: UInt64,
            onTick: (AgentSnapshot, ChildProcess) throws -> Void = { _, _ in }
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
            for _ in 0..<ticks {
                _ = clock.wait(tick: policy.tick)
                let snapshot = try loop.tick(missed: clock.missed)
                last = snapshot
                try onTick(snapshot, service)
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
