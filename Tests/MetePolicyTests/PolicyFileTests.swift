import MeteModel
import MetePolicy
import MeteTestSupport
import Testing

@Suite struct PolicyFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-policy")
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
        let path = try folder.write("components: [{ name: a, match: { comm: a } }]", to: "mete.yaml")
        let policy = try PolicyFile(path: path).load(context: twoCores)
        #expect(policy.components.map(\.id.name) == ["a", "rest"])
    }

    @Test func saysWhyAFileCannotBeRead() {
        let missing = firstError("/nowhere/mete.yaml")
        #expect(
            missing?.description.hasPrefix("/nowhere/mete.yaml: cannot be read: No such file or directory;") == true)
        #expect(firstError("/tmp")?.problem == "cannot be read: Is a directory")
    }

    @Test func refusesBytesThatAreNoText() throws {
        let path = try folder.write([0x74, 0xff, 0xfe], to: "mete.yaml")
        #expect(firstError(path)?.problem == "is not UTF-8 text")
    }

    @Test func refusesFilesThatAreTooLarge() throws {
        let path = try folder.write(String(repeating: "#", count: 3 << 20), to: "mete.yaml")
        #expect(firstError(path)?.problem.contains("more than 1048576") == true)
    }

    @Test func findsUsersOfTheMachine() {
        #expect(PolicyContext.systemUserID("root") == 0)
        #expect(PolicyContext.systemUserID("no-such-user-here") == nil)
    }
}
