import Glibc
import MeteControl
import MeteTestSupport
import Testing

/// What is in the state folder is written into the kernel, so nobody else may be able to write it.
struct StateFolderTests {
    private func refusal(_ body: () throws -> Void) -> ControlError? {
        #expect(throws: ControlError.self, performing: body)
    }

    @Test(arguments: [mode_t(0o770), 0o707, 0o777, 0o1777])
    func refusesAFolderThatOthersMayWrite(mode: mode_t) throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        #expect(chmod(folder.path, mode) == 0)
        let error = refusal { _ = try StateFolder(folder.path) }
        #expect(error?.code == .untrusted)
        #expect(error?.description.contains(folder.path) == true)
        #expect(access("\(folder.path)/lock", F_OK) != 0, "nothing is to be left in it")
    }

    @Test func refusesALinkToAFolder() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        let link = "\(folder.path)/link"
        try KernelFile.makeFolder("\(folder.path)/target", mode: 0o700)
        #expect(symlink("\(folder.path)/target", link) == 0)
        #expect(refusal { _ = try StateFolder(link) }?.code == .journal)
        #expect(refusal { _ = try StateFolder(link + "/") }?.code == .journal)
    }

    @Test func refusesAJournalThatOthersMayWrite() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        let journal = try folder.write("", to: "journal")
        #expect(chmod(journal, 0o666) == 0)
        let error = refusal { _ = try Journal(folder: StateFolder(folder.path)) }
        #expect(error?.code == .untrusted)
        #expect(error?.detail.contains("0666") == true)
    }

    @Test func refusesAJournalThatIsALinkOrNoFile() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        try folder.write("", to: "elsewhere")
        #expect(symlink("elsewhere", "\(folder.path)/journal") == 0)
        #expect(refusal { _ = try Journal(folder: StateFolder(folder.path)) }?.code == .untrusted)
        #expect(unlink("\(folder.path)/journal") == 0)
        #expect(mkfifo("\(folder.path)/journal", 0o600) == 0)
        #expect(refusal { _ = try Journal(folder: StateFolder(folder.path)) }?.code == .untrusted)
    }

    /// Only root can give a file to somebody else.
    @Test(.enabled(if: geteuid() == 0)) func refusesWhatBelongsToSomebodyElse() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        let journal = try folder.write("", to: "journal")
        #expect(chown(journal, 65534, 65534) == 0)
        #expect(refusal { _ = try Journal(folder: StateFolder(folder.path)) }?.code == .untrusted)
        #expect(chown(folder.path, 65534, 65534) == 0)
        #expect(refusal { _ = try StateFolder(folder.path) }?.code == .untrusted)
    }

    @Test func doesNotMakeAFolderThatIsOnlyLookedFor() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        let path = "\(folder.path)/state"
        #expect(try StateFolder.existing(path) == nil)
        #expect(!KernelFile.exists(path))
        withExtendedLifetime(try StateFolder(path)) {}
        #expect(try StateFolder.existing(path) != nil)
    }
}
