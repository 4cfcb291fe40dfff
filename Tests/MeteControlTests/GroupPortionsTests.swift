import MeteControl
import MeteModel
import SeededRandom
import Testing

struct GroupPortionsTests {
    private func placements(_ groups: [String], _ name: String = "a") -> [ComponentID: Placement] {
        var placement = Placement()
        placement.groups = groups
        return [ComponentID(name): placement]
    }

    private func started(_ groups: [String]) -> GroupPortions {
        var portions = GroupPortions()
        portions.keep(placements(groups))
        return portions
    }

    @Test func anOnlyGroupHasAll() {
        #expect(started(["/a"])["/a"] == 1)
    }

    @Test func withoutUseTheDivisionIsEven() {
        var portions = started(["/a", "/b", "/c", "/d"])
        #expect(portions["/c"] == 0.25)
        portions.divide(["/a", "/b", "/c", "/d"], used: [:])
        #expect(portions["/c"] == 0.25)
    }

    @Test func fourFifthsFollowUse() {
        var portions = started(["/a", "/b"])
        portions.divide(["/a", "/b"], used: ["/a": 1.5, "/b": 0.5])
        // 0.1 + 0.8 * 3/4 and 0.1 + 0.8 * 1/4.
        #expect(abs(portions["/a"] - 0.7) < 1e-12)
        #expect(abs(portions["/b"] - 0.3) < 1e-12)
    }

    @Test func aGroupThatSleepsKeepsAPart() {
        var portions = started(["/a", "/b"])
        portions.divide(["/a", "/b"], used: ["/a": 4])
        #expect(abs(portions["/b"] - 0.1) < 1e-12)
    }

    @Test(arguments: [(1.05, false), (1.3, true)])
    func smallChangesAreNotFollowed(use: Double, isFollowed: Bool) {
        var portions = started(["/a", "/b"])
        let before = portions
        portions.divide(["/a", "/b"], used: ["/a": use, "/b": 1])
        #expect((portions != before) == isFollowed)
    }

    /// Under a cap a group uses no more than its portion, whatever it wants.
    @Test func groupsThatUseAllTheyAreGivenComeNearTheEvenDivision() {
        var portions = started(["/a", "/b"])
        portions.divide(["/a", "/b"], used: ["/a": 4])
        for _ in 0..<100 { portions.divide(["/a", "/b"], used: ["/a": portions["/a"], "/b": portions["/b"]]) }
        #expect(portions["/b"] > 0.3)
    }

    @Test func newGroupsStartEvenlyAndOthersKeepTheirs() {
        var portions = started(["/a", "/b"])
        portions.divide(["/a", "/b"], used: ["/a": 1])
        let other = placements(["/x", "/y"], "other")
        portions.keep(placements(["/a", "/b"]).merging(other) { first, _ in first })
        #expect(abs(portions["/a"] - 0.9) < 1e-12)
        #expect(portions["/x"] == 0.5)
        portions.keep(placements(["/a", "/b", "/c"]))
        for group in ["/a", "/b", "/c"] { #expect(portions[group] == 1 / 3.0) }
    }

    @Test(arguments: 0..<50 as Range<UInt64>) func portionsAlwaysSumToOne(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let groups = (0..<Int.random(in: 2...9, using: &random)).map { "/\($0)" }
        var portions = started(groups)
        for _ in 0..<50 {
            let used = groups.map { ($0, Bool.random(using: &random) ? 0 : random.uniform() * 4) }
            portions.divide(groups, used: Dictionary(used) { first, _ in first })
            #expect(abs(groups.reduce(0) { $0 + portions[$1] } - 1) < 1e-9)
            #expect(groups.allSatisfy { portions[$0] > 0.19 / Double(groups.count) })
        }
    }
}
