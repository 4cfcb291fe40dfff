import FoundationEssentials
import Testing

/// What looks cannot write: no target that tracing needs leads to the one that changes settings.
struct TargetGraphTests {
    /// Targets with the targets that each names, from Package.swift.
    private static func graph() throws -> [String: [String]] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let data = try Data(contentsOf: URL(filePath: "/\(root)/Package.swift"))
        let text = String(decoding: data, as: UTF8.self)
        var graph: [String: [String]] = [:]
        for match in text.matches(of: /arget\(\s*name: "([A-Za-z]+)",(?:[^\[\]()]*?)dependencies: \[([^\]]*)\]/) {
            graph[String(match.1)] = match.2.matches(of: /"([A-Za-z]+)"/).map { String($0.1) }
        }
        return graph
    }

    private static func reach(_ target: String, _ graph: [String: [String]]) -> Set<String> {
        var found: Set<String> = []
        var open = [target]
        while let next = open.popLast() {
            if found.insert(next).inserted { open += graph[next] ?? [] }
        }
        return found
    }

    @Test(arguments: ["MeteTrace", "MeteTraceCommands", "MeteStore", "MeteReport"])
    func tracingHasNoPathToControl(target: String) throws {
        let graph = try Self.graph()
        #expect(graph[target] != nil, "\(graph.keys.sorted())")
        #expect(!Self.reach(target, graph).contains("MeteControl"))
        #expect(Self.reach("mete", graph).contains("MeteControl"), "the detector must see a path where there is one")
    }
}
