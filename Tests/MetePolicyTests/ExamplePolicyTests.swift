import Glibc
import MeteModel
import MetePolicy
import Testing

@Suite struct ExamplePolicyTests {
    private static let folder = #filePath.replacing(
        "Tests/MetePolicyTests/ExamplePolicyTests.swift", with: "examples/policies")

    /// A machine that has the users which the examples name.
    private static let context = PolicyContext(capacity: 2) { ["www-data": 33, "postgres": 106][$0] }

    @Test func everyExampleLoads() throws {
        let folder = try #require(opendir(Self.folder))
        defer { closedir(folder) }
        var loaded = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".yaml") else { continue }
            let policy = try PolicyFile(path: "\(Self.folder)/\(name)").load(context: Self.context)
            #expect(policy.components.last?.id == .rest)
            #expect(policy.components.count > 1)
            loaded += 1
        }
        #expect(loaded >= 3)
    }
}
