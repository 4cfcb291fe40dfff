import FoundationEssentials
import Glibc
import MeteControl
import MeteModel
import MeteProtocol
import MeteTestSupport
import Testing

extension KernelTests {
    /// `mete plan` as a program: it says what the agent would write, and writes nothing.
    @MainActor
    struct PlanCommandTests {
        private let folder: TemporaryFolder
        private let service: Workload
        private let hogs: Workload

        init() throws {
            folder = try TemporaryFolder(prefix: "mete-plan")
            service = try Workload("spin", "600", "1")
            hogs = try Workload("spin", "600", "3")
            try TextFile.write(
                """
                components:
                  - name: service
                    match: { cmdline: 'mete-workload spin [0-9]+ 1$' }
                    class: latency
                    cpu: { guarantee: 0.25, mode: { want: reserved, optional: true }, latency: 10ms }
                  - name: hogs
                    match: { cmdline: 'mete-workload spin [0-9]+ 3$' }
                    class: batch
                    move: true
                    cpu: { guarantee: 0.25, max: 0.75 }
                  - name: absent
                    match: [{ cgroup: /no/such/group }, { unit: no-such-unit }]
                """, to: policy, creating: true)
        }

        private var policy: String { "\(folder.path)/policy.yaml" }

        private func report(_ run: MeteRun) throws -> RehearsalReport {
            run.expect(0)
            return try JSONDecoder().decode(RehearsalReport.self, from: Data(run.output.utf8))
        }

        private func plan() throws -> RehearsalReport {
            try report(MeteRun(["plan", "--json", "--duration", "2", "--policy", policy]))
        }

        @Test func listsTheWritesThatTheAgentThenMakes() async throws {
            let cpu = try #require(CgroupHierarchies.discover().cpu)
            let process = hogs.process.identifier
            let home = try cpu.cgroup(of: process)
            let group = cpu.folder(of: "\(cpu.root == "/" ? "" : cpu.root)/mete/hogs")

            let plan = try plan()
            func planned(_ setting: String) -> WriteReport? { plan.writes.first { $0.setting == setting } }
            let move = try #require(planned("cgroup of process \(process) under \(cpu.mountPoint)"))
            #expect(move.standing == home)
            #expect(cpu.folder(of: move.planned) == group)
            #expect(planned(group)?.planned == "present")
            let cap = try #require(planned("\(group)/\(cpu.version == .v1 ? "cpu.cfs_quota_us" : "cpu.max")"))
            #expect(cap.component?.name == "hogs")
            #expect(cap.planned.hasPrefix("75000"))
            for write in plan.writes { #expect(!write.reason.isEmpty && write.standing != write.planned, "\(write)") }
            #expect(plan.writes.firstIndex(of: move)! > plan.writes.firstIndex { $0.setting == group }!)

            #expect(try cpu.cgroup(of: process) == home)
            #expect(access(group, F_OK) != 0)
            #expect(access("\(folder.path)/journal", F_OK) != 0)

            let agent = try ChildProcess(
                .sibling("mete"),
                [
                    "agent", "--enforce", "--state-dir", folder.path, "--socket", "\(folder.path)/agent.sock",
                    "--policy", policy,
                ])
            #expect(Polling.wait { (try? cpu.cgroup(of: process)) == move.planned })
            #expect(Polling.wait { (try? TextFile.read(cap.setting))?.hasPrefix("75000") == true })
            #expect(agent.stop(SIGINT, grace: 30))
            #expect(try cpu.cgroup(of: process) == home)
        }

        @Test func listsReservationsOfHotThreads() throws {
            let plan = try plan()
            let component = try #require(plan.components.first { $0.id.name == "service" })
            #expect(!component.enforcement.reservations.isEmpty)
            for reservation in component.enforcement.reservations {
                let write = try #require(
                    plan.writes.first { $0.setting == "scheduling of thread \(reservation.tid)" })
                #expect(write.standing.hasPrefix("SCHED_OTHER, nice 0"))
                #expect(write.planned.hasPrefix("SCHED_DEADLINE \(reservation.runtimeNanoseconds)/"))
                #expect(try SchedulingAttributes.read(reservation.tid).policy == 0)
            }
        }

        @Test func namesWhatIsNotManaged() throws {
            let plan = try plan()
            let service = try #require(plan.components.first { $0.id.name == "service" })
            #expect(service.enforcement.notes.contains { $0.contains("move: true") })
        }

        /// A thread bound to one of several CPUs cannot have a reservation.
        @Test(.enabled(if: sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1)) func namesThreadsThatAreBound() throws {
            let bound = try ChildProcess(
                .named("taskset", remedy: "apt-get install util-linux"),
                ["1", try Executable.sibling("mete-workload").path, "spin", "600", "1"])
            let component = try #require(try plan().components.first { $0.id.name == "service" })
            let threads = component.enforcement.sharedThreads.filter { $0.reason.contains("it is bound to 1 of") }
            #expect(threads.map(\.name) == ["mete-workload"])
            #expect(bound.stop())
        }

        @Test func namesWhatThePolicyNamesAndIsNotThere() throws {
            let warnings = try plan().policy.warnings ?? []
            #expect(warnings.map(\.line) == [11, 11])
            let texts = warnings.map(\.text)
            #expect(texts.contains { $0.contains("absent names the cgroup /no/such/group") })
            #expect(texts.contains { $0.contains("absent names the unit no-such-unit.service") })
            let table = try MeteRun(["plan", "--duration", "0.5", "--policy", policy])
            table.expect(0)
            #expect(table.output.contains("\(policy):11: match: absent names the cgroup /no/such/group"))
            #expect(table.output.contains("matches nothing until it appears"))
        }

        @Test func worksWithoutAPolicy() throws {
            let run = try MeteRun(["plan", "--duration", "0.5"])
            run.expect(0)
            #expect(run.output.contains("Would be written, in this order"))
        }
    }
}
