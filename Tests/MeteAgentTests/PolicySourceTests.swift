import Glibc
import MeteAgent
import MeteModel
import MetePolicy
import MeteTestSupport
import Testing

/// When a policy file counts as changed.
struct PolicySourceTests {
    @Test func aFileThatSaysTheSameIsNotLoadedAgain() throws {
        let folder = try TemporaryFolder(prefix: "mete-policy")
        func text(_ tick: String) -> String { "tick: \(tick)\ncomponents:\n  - name: web\n    match: { comm: web }\n" }
        let path = try folder.write(text("1s"), to: "policy.yaml")
        var source = try PolicySource(path: path, mustBeTrusted: false, context: .thisMachine(), findings: nil)
        func put(_ text: String) throws {
            // As configuration management does: another file in its place.
            try folder.write(text, to: "new")
            try #require(rename(folder.file("new"), path) == 0)
        }
        #expect(source.hasChanged() == false)
        try put(text("1s"))
        #expect(source.hasChanged() == false)
        try put(text("2s"))
        #expect(source.hasChanged() == true)
        try source.reload()
        #expect(source.policy.tick == 2 * .perSecond)
        #expect(source.hasChanged() == false)
    }

    @Test func aFileThatIsPutRightAfterARefusalIsLoadedAgain() throws {
        let folder = try TemporaryFolder(prefix: "mete-policy")
        let good = "tick: 1s\ncomponents:\n  - name: web\n    match: { comm: web }\n"
        let path = try folder.write(good, to: "policy.yaml")
        var source = try PolicySource(path: path, mustBeTrusted: false, context: .thisMachine(), findings: nil)
        _ = source.hasChanged()
        try folder.write("tick: never\n", to: "policy.yaml")
        #expect(source.hasChanged() == true)
        do {
            try source.reload()
            Issue.record("it was to be refused")
        } catch {
            #expect(!error.errors.isEmpty)
        }
        #expect(source.hasChanged() == false, "it is tried once")
        try folder.write(good, to: "policy.yaml")
        #expect(source.hasChanged() == true)
        try source.reload()
        #expect(source.policy.components.first?.id == ComponentID("web"))
    }
}
