import Glibc
import MeteTestSupport
import Testing

@testable import redis_beside_hogs

/// However the demo ends, nothing that it started goes on.
@Suite(.serialized)
struct DemoRunTests {
    private func start() throws -> ChildProcess {
        // As root the arrangement with groups, the one that has the most to clean up.
        try ChildProcess(
            .sibling("redis-beside-hogs"),
            ["--only", geteuid() == 0 ? "weights" : "unmanaged", "--rounds", "1", "--phase", "60s@100"],
            errors: .discarded)
    }

    /// The demo's children once its client runs: the last of them.
    private func family(of demo: ChildProcess) throws -> [pid_t] {
        var children: [pid_t] = []
        try Polling.wait {
            children = try ProcessTree.children(of: demo.identifier)
            return demo.hasEnded() || children.map(ProcessTree.name).contains("open-loop")
        }
        return try children + children.flatMap { try ProcessTree.children(of: $0) }
    }

    private func isGone(_ process: pid_t) -> Bool {
        guard let stat = try? TextFile.read("/proc/\(process)/stat") else { return true }
        return stat.contains(") Z ")
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func anInterruptedDemoLeavesNothing(signal: Int32) throws {
        let demo = try start()
        let family = try family(of: demo)
        #expect(family.count >= 3 + 2 * MachineCPU.online)
        demo.send(signal)
        demo.waitForEnd()
        #expect(demo.exit?.code == 128 + signal)
        #expect(family.allSatisfy(isGone))
        let hierarchy = try CPUHierarchy.find()
        #expect(access("\(hierarchy.mountPoint)/\(Leftovers.prefix(of: demo.identifier)).redis", F_OK) != 0)
    }

    @Test
    func aKilledDemoTakesItsChildrenAlong() throws {
        let demo = try start()
        let family = try family(of: demo)
        #expect(family.count >= 3 + 2 * MachineCPU.online)
        // To the process alone: its group would be the test's doing, not the kernel's.
        demo.send(SIGKILL)
        #expect(Polling.wait { family.allSatisfy(isGone) })
        demo.waitForEnd()

        let group = "\(try CPUHierarchy.find().mountPoint)/\(Leftovers.prefix(of: demo.identifier)).hogs"
        #expect(geteuid() != 0 || access(group, F_OK) == 0)
        try Leftovers.remove()
        #expect(access(group, F_OK) != 0)
    }

    @Test
    func aMissingMeteIsNamed() throws {
        let folder = try TemporaryFolder(prefix: "mete-demo")
        let demo = try ChildProcess(
            .sibling("redis-beside-hogs"), ["--mete", "\(folder.path)/none"], errors: .file("\(folder.path)/errors"))
        demo.waitForEnd()
        #expect(demo.exit?.code == 1)
        #expect(try TextFile.read("\(folder.path)/errors").contains("\(folder.path)/none"))
    }
}
