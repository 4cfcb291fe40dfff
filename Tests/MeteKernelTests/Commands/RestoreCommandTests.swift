import Glibc
import MeteTestSupport
import Testing

extension KernelTests {
    /// `mete restore` as a program, where there is nothing to put back or what is there must not be trusted.
    @MainActor
    struct RestoreCommandTests {
        private let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder(prefix: "mete-restore")
        }

        private var state: String { "\(folder.path)/state" }

        private func restore() throws -> MeteRun { try MeteRun(["restore", "--state-dir", state]) }

        @Test func makesNoFolderWhereThereIsNothing() throws {
            let run = try restore()
            run.expect(0)
            #expect(run.output.contains("there is no state folder \(state)"))
            #expect(access(state, F_OK) != 0)
        }

        @Test func changesNothingWhereThereIsNoJournal() throws {
            #expect(mkdir(state, 0o700) == 0)
            let run = try restore()
            run.expect(0)
            #expect(run.output == "nothing had to be put back\n")
        }

        /// The journal says what is written into the kernel.
        @Test func doesNotWriteWhatSomebodyElseMayHaveSaid() throws {
            #expect(mkdir(state, 0o700) == 0)
            let journal = "\(state)/journal"
            try TextFile.write("", to: journal, creating: true)
            #expect(chmod(journal, 0o622) == 0)
            try restore().expect(1, saying: journal, "mode 0622 lets others write it")
            #expect(chmod(journal, 0o600) == 0)
            #expect(chown(journal, 65534, 65534) == 0)
            try restore().expect(1, saying: journal, "belongs to user 65534")
            #expect(unlink(journal) == 0)
            #expect(chmod(state, 0o777) == 0)
            try restore().expect(1, saying: state, "Name a folder of root's own")
        }

        @Test func saysThatADamagedJournalIsNotAllPutBack() throws {
            #expect(mkdir(state, 0o700) == 0)
            try TextFile.write("this is no journal\nnor is this\n", to: "\(state)/journal", creating: true)
            try restore().expect(7, saying: "not everything could be put back")
            #expect(access("\(state)/journal.damaged", F_OK) == 0)
            // The copy is for a person to read; there is nothing more to put back.
            try restore().expect(0)
        }
    }
}
