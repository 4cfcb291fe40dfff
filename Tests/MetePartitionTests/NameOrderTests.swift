import MeteModel
import MetePartition
import SeededRandom
import Testing

@Suite struct NameOrderTests {
    @Test(arguments: [
        ["b", "a"], ["a", ""], ["slice/b", "slice/", "slice/a", "slice"],
        ["same-eight-bytes", "same-eight-byte", "same-eight", "same-eighty"],
        ["prefix/aaaaaaaab", "prefix/aaaaaaaac", "prefix/aaaaaaaaa"], ["a\u{0}", "a"],
        // Canonical order is not the order of bytes: e with an accent, composed and decomposed.
        ["z", "e\u{301}b", "\u{e9}a", "e"], ["\u{10000}", "\u{ff5e}", "a"],
    ])
    func plansAreInTheOrderOfIDs(names: [String]) throws {
        let plan = try Partition(resource: .cpu, unit: 1).plan(
            capacity: 4, claimants: names.map { claimant($0, demand: 1) })
        #expect(plan.allotments.map(\.component) == names.map { ComponentID($0) }.sorted())
    }

    @Test(arguments: UInt64(0)..<4)
    func longRandomNamesComeOutSorted(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var names: Set<String> = []
        while names.count < 500 {
            let letters = (0..<Int.random(in: 0...14, using: &random)).map { _ in random.pick(["a", "b", "/"]) }
            names.insert("system.slice/" + letters.joined())
        }
        let claimants = names.sorted().shuffled(using: &random).map { claimant($0, demand: 1) }
        let plan = try Partition(resource: .cpu, unit: 1).plan(capacity: 4, claimants: claimants)
        #expect(plan.allotments.map(\.component.name) == names.sorted())
    }
}
