import Glibc
import MeteTestSupport
import Testing

@testable import redis_beside_hogs

/// The arrangement with mete: the agent is started, makes its groups, and leaves nothing of it behind, however it ends.
@Suite(.serialized, .enabled(if: geteuid() == 0, "mete changes settings as root only"))
struct DemoWithMeteTests {
    /// What the demo and the agent in it could leave of themselves.
    private struct Traces: Equatable {
        var group: Bool
        var delayAccounting: String
        var folders: [String]
    }

    private let group: String
    private let before: Traces

    init() throws {
        group = "\(try CPUHierarchy.find().mountPoint)/mete"
        before = try Self.traces(group: group, demo: 0)
        try #require(!before.group, "an agent runs on this machine already")
    }

    private static func traces(group: String, demo: pid_t) throws -> Traces {
        let folders = try Folder.names(in: "/tmp").filter { $0.hasPrefix(Leftovers.prefix(of: demo) + ".") }
        return Traces(
            group: access(group, F_OK) == 0,
            delayAccounting: (try? TextFile.read("/proc/sys/kernel/task_delayacct")) ?? "", folders: folders)
    }

    private func start(seconds: Int) throws -> ChildProcess {
        try ChildProcess(
            .sibling("redis-beside-hogs"),
            ["--only", "mete", "--rounds", "1", "--warm-up", "100ms@100", "--phase", "\(seconds)s@100"],
            errors: .discarded)
    }

    /// The demo's children once the agent has put the hogs into their group and the client runs.
    private func waitUntilInForce(_ demo: ChildProcess) throws -> [pid_t] {
        var children: [pid_t] = []
        try Polling.wait {
            children = try ProcessTree.children(of: demo.identifier)
            let isMoved = (try? TextFile.read("\(group)/hogs/cgroup.procs"))?.isEmpty == false
            return demo.hasEnded() || (isMoved && children.map(ProcessTree.name).contains("open-loop"))
        }
        #expect(children.map(ProcessTree.name).contains("mete"))
        #expect(try Self.traces(group: group, demo: demo.identifier) != before, "the detector must see what mete does")
        return children
    }

    private func expectNothing(of demo: ChildProcess, _ family: [pid_t]) throws {
        #expect(try Self.traces(group: group, demo: demo.identifier) == before)
        for process in family {
            let stat = try? TextFile.read("/proc/\(process)/stat")
            #expect(stat == nil || stat?.contains(") Z ") == true, "\(stat ?? "")")
        }
    }

    @Test func aDemoThatEndsWellLeavesNothing() throws {
        let demo = try start(seconds: 3)
        let family = try waitUntilInForce(demo)
        demo.waitForEnd()
        #expect(demo.exit?.code == 0)
        try expectNothing(of: demo, family)
    }

    @Test func anInterruptedDemoLeavesNothing() throws {
        let demo = try start(seconds: 60)
        let family = try waitUntilInForce(demo)
        demo.send(SIGINT)
        demo.waitForEnd()
        #expect(demo.exit?.code == 128 + SIGINT)
        try expectNothing(of: demo, family)
    }

    @Test func whatAKilledAgentLeftIsPutBack() throws {
        let demo = try start(seconds: 4)
        let family = try waitUntilInForce(demo)
        let agent = try #require(family.first { ProcessTree.name(of: $0) == "mete" })
        kill(agent, SIGKILL)
        demo.waitForEnd()
        #expect(demo.exit?.code == 1, "a round without its agent is no measurement")
        try expectNothing(of: demo, family)
    }
}
