import CMeteWire
import MeteModel
import Testing

@testable import MeteTrace

struct MembershipRostersTests {
    private func memberships(_ script: RecordScript) -> Membership {
        var rosters = MembershipRosters()
        return rosters.memberships(of: [ComponentID("web")], in: script.accountant, cpuController: "")[0]
    }

    @Test func namesAProcessByItsFirstThread() throws {
        var script = try RecordScript([ComponentPolicy("web", .comm(.exact("web")))])
        script.send(METE_RECORD_USAGE, 10, of: 10, start: 100, name: "web")
        script.send(METE_RECORD_USAGE, 11, of: 10, start: 150, name: "web")
        #expect(memberships(script).processes.map(\.startTime) == [100])
        #expect(memberships(script).looseThreads.isEmpty)
    }

    @Test func namesTheThreadsOfAProcessWhoseFirstOneHasEnded() throws {
        var script = try RecordScript([ComponentPolicy("web", .comm(.exact("web")))])
        script.send(METE_RECORD_USAGE, 11, of: 10, start: 150, name: "web")
        #expect(memberships(script).processes.isEmpty)
        #expect(memberships(script).looseThreads == [ThreadRef(tid: 11, pid: 10, startTime: 150)])
    }
}
