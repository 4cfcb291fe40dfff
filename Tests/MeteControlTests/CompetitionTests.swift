import MeteControl
import MeteModel
import MeteTestSupport
import Testing

struct CompetitionTests {
    private let tree: TemporaryFolder
    private var competition: Competition

    init() throws {
        tree = try TemporaryFolder(prefix: "mete-control")
        competition = Competition(
            hierarchy: CgroupHierarchy(version: .v1, mountPoint: tree.path), hasAutogroups: false)
    }

    @Test mutating func siblingsCountWithTheirWeights() throws {
        try tree.write("1024", to: "ours/cpu.shares")
        try tree.write("512", to: "theirs/cpu.shares")
        try tree.makeFolder("plain")
        let siblings = competition.survey(["/"], managed: ["/ours"])
        // Without the file the controller stops above, and the group counts as a default one.
        #expect(siblings == ["/": ["theirs": 512, "plain": 1_024]])
        #expect(competition.unreadable.isEmpty)
    }

    @Test mutating func aWeightThatCannotBeReadIsNamed() throws {
        // A folder where a file is expected: EISDIR.
        try tree.makeFolder("theirs/cpu.shares")
        let siblings = competition.survey(["/"], managed: [])
        #expect(siblings == ["/": ["theirs": 1_024]])
        #expect(Array(competition.unreadable.keys) == ["\(tree.path)/theirs/cpu.shares"])
    }

    @Test mutating func whatHasEndedIsLeftOutSilently() {
        #expect(competition.survey(["/gone"], managed: []).isEmpty)
        let gone = ThreadLoad(thread: ThreadRef(tid: .max, pid: .max, startTime: 0), name: "gone", usage: 1)
        competition.note([gone], cgroups: [:], tick: 1)
        #expect(competition.unreadable.isEmpty)
        let fixed = competition.fixed(under: [:], siblings: [:])
        #expect(fixed == [WeightTree.Fixed(parent: nil, weight: 1_024)])
    }
}
