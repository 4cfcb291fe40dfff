import Glibc
import MeteModel
import MetePolicy
import Testing

@Suite struct PolicyFileTests {
    /// Puts bytes into a file of its own for as long as `body` runs.
    private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/mete-policy-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        try body(path)
    }

    private func firstError(_ path: String) -> PolicyError? {
        do throws(PolicyErrors) {
            _ = try PolicyFile(path: path).load(context: twoCores)
            return nil
        } catch {
            return error.errors.first
        }
    }

    @Test func readsAFile() throws {
        try withFile(Array("components: [{ name: a, match: { comm: a } }]".utf8)) { path in
            let policy = try PolicyFile(path: path).load(context: twoCores)
            #expect(policy.components.map(\.id.name) == ["a", "rest"])
        }
    }

    @Test func saysWhyAFileCannotBeRead() {
        let missing = firstError("/nowhere/mete.yaml")
        #expect(
            missing?.description.hasPrefix("/nowhere/mete.yaml: cannot be read: No such file or directory;") == true)
        #expect(firstError("/tmp")?.problem == "cannot be read: Is a directory")
    }

    @Test func refusesBytesThatAreNoText() throws {
        try withFile([0x74, 0xff, 0xfe]) { path in
            #expect(firstError(path)?.problem == "is not UTF-8 text")
        }
    }

    @Test func refusesFilesThatAreTooLarge() throws {
        try withFile([UInt8](repeating: UInt8(ascii: "#"), count: 3 << 20)) { path in
            #expect(firstError(path)?.problem.contains("more than 1048576") == true)
        }
    }

    @Test func findsUsersOfTheMachine() {
        #expect(PolicyContext.systemUserID("root") == 0)
        #expect(PolicyContext.systemUserID("no-such-user-here") == nil)
    }
}
