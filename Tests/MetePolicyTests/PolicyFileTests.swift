import Glibc
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

    /// What it says would be put in force by root.
    @Test(arguments: [(0o644, true), (0o600, true), (0o664, false), (0o646, false)] as [(mode_t, Bool)])
    func refusesAFileThatOthersMayWriteWhereItMustBeTrusted(mode: mode_t, isTrusted: Bool) throws {
        let path = try folder.write("components: [{ name: a, match: { comm: a } }]", to: "mete.yaml")
        try #require(chmod(path, mode) == 0)
        #expect(throws: Never.self) { try PolicyFile(path: path).load(context: twoCores) }
        let file = PolicyFile(path: path, mustBeTrusted: true)
        if isTrusted {
            #expect(throws: Never.self) { try file.load(context: twoCores) }
        } else {
            let errors = #expect(throws: PolicyErrors.self) { try file.load(context: twoCores) }
            let text = errors?.errors.first?.description
            #expect(text?.contains("is not trusted: its mode 0\(String(mode, radix: 8)) lets others write it") == true)
            #expect(text?.contains("chmod go-w \(path)") == true)
        }
    }

    @Test(
        arguments: [
            (0, 0o755, nil), (7, 0o700, nil), (8, 0o700, "it belongs to user 8"), (0, 0o1777, nil),
            (0, 0o777, "its mode 0777 lets others write it"), (8, 0o1777, "it belongs to user 8"),
        ] as [(UInt32, UInt32, String?)])
    func tellsWhoMayPutAnotherFileInAFolder(owner: UInt32, mode: UInt32, weakness: String?) {
        #expect(FileOwnership(owner: owner, mode: mode).weaknessOfFolder(for: 7) == weakness)
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
