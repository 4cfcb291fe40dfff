import MeteModel
import MetePolicy
import MeteTestSupport
import Testing

@Suite struct ExamplePolicyTests {
    private static let folder = #filePath.replacing(
        "Tests/MetePolicyTests/ExamplePolicyTests.swift", with: "examples/policies")

    /// A machine that has the users which the examples name.
    private static let context = PolicyContext(capacity: 2) { ["www-data": 33, "postgres": 106][$0] }

    @Test func everyExampleLoads() throws {
        let names = try Folder.names(in: Self.folder).filter { $0.hasSuffix(".yaml") }
        #expect(names.count >= 3)
        for name in names {
            let policy = try PolicyFile(path: "\(Self.folder)/\(name)").load(context: Self.context)
            #expect(policy.components.last?.id == .rest)
            #expect(policy.components.count > 1)
        }
    }
}
