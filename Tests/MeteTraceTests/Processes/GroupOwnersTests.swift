import CMeteWire
import MeteModel
import SeededRandom
import Testing

@testable import MeteTrace

/// Which groups belong to one component as a whole.
struct GroupOwnersTests {
    private func owned(_ processes: (group: String, component: Int?)...) -> [String: Int] {
        var owners = GroupOwners()
        for (group, component) in processes { owners.add(processIn: group, of: component) }
        return Dictionary(uniqueKeysWithValues: owners.groups.map { ($0.path, $0.component) })
    }

    @Test func theHighestOfEachBranchIsNamed() {
        #expect(owned(("/a/b/c", 1), ("/a/b", 1), ("/a", 1)) == ["/a": 1])
        #expect(owned(("/a/b/c", 1), ("/a/d", 2)) == ["/a/b": 1, "/a/d": 2])
        #expect(owned(("/a/b/c", 1), ("/a/b/d", 1), ("/a/e", 2), ("/f", 1)) == ["/a/b": 1, "/a/e": 2, "/f": 1])
    }

    @Test func aGroupWithAProcessOfAnotherIsNobodys() {
        #expect(owned(("/a", 1), ("/a", 2)).isEmpty)
        #expect(owned(("/a", 1), ("/a/b", 2)) == ["/a/b": 2])
        #expect(owned(("/a/b", 2), ("/a", 1), ("/a/b", 2)) == ["/a/b": 2])
    }

    @Test func aProcessOfSeveralComponentsSpoilsItsGroupAndThoseAbove() {
        #expect(owned(("/a/b", nil), ("/a/c", 1), ("/a/b", 1)) == ["/a/c": 1])
    }

    @Test func theRootIsNobodys() {
        #expect(owned(("/", 1)).isEmpty)
        #expect(owned(("/", 1), ("/a", 1)) == ["/a": 1])
    }

    /// Against the rule itself, over many trees.
    @Test func agreesWithTheRule() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<300 {
            let processes = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                let depth = Int.random(in: 1...4, using: &random)
                let path = (0..<depth).map { _ in "/" + ["a", "b"].randomElement(using: &random).unsafelyUnwrapped }
                return (group: path.joined(), component: Int.random(in: 0...1, using: &random))
            }
            var owners = GroupOwners()
            for process in processes { owners.add(processIn: process.group, of: process.component) }
            func components(below path: String) -> Set<Int> {
                Set(processes.filter { $0.group == path || $0.group.hasPrefix(path + "/") }.map(\.component))
            }
            var expected: [String: Int] = [:]
            for process in processes {
                let steps = process.group.split(separator: "/")
                for count in 1...steps.count {
                    let path = "/" + steps.prefix(count).joined(separator: "/")
                    let found = components(below: path)
                    guard found.count == 1, let only = found.first else { continue }
                    expected[path] = only
                    break
                }
            }
            #expect(Dictionary(uniqueKeysWithValues: owners.groups.map { ($0.path, $0.component) }) == expected)
        }
    }

    @Test func aProcessWhoseThreadsAreOfSeveralComponentsOwnsNoGroup() throws {
        var script = try RecordScript(
            [ComponentPolicy("one", .thread(.exact("one")))],
            facts: [
                7: FakeProcess(executable: "/bin/app", cgroup: "/a"),
                8: FakeProcess(executable: "/bin/app", cgroup: "/b"),
            ])
        script.send(METE_RECORD_USAGE, 7, of: 7)
        script.send(METE_RECORD_USAGE, 8, of: 8)
        #expect(script.accountant.ownedGroups().map(\.path) == ["/a", "/b"])
        script.send(METE_RECORD_USAGE, 9, of: 7, name: "one")
        let left = script.accountant.ownedGroups()
        #expect(left.map(\.path) == ["/b"] && left.map(\.component) == [.rest])
    }
}
