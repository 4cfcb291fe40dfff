import Glibc
import MeteControl
import MeteTestSupport
import Testing

struct JournalTests {
    private let file = Setting.file("/sys/with\ttab\\and\nnewline")
    private let thread = Setting.scheduling(ThreadKey(id: 17, startTicks: 99))

    @Test func saysAfterReopeningWhatWasWrittenToIt() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        let hierarchy = CgroupHierarchy(version: .v1, mountPoint: "/cpu")
        let process = Setting.processGroup(ThreadKey(id: 5, startTicks: 6), in: hierarchy)
        let control = Setting.controller(file: "/x/cgroup.subtree_control", name: "cpu")
        let attributes = SchedulingAttributes(policy: 0, flags: 1, nice: -5)
        var written: JournalContents?
        do {
            let journal = try Journal(folder: StateFolder(folder.path), bootID: "b")
            try journal.register([
                (setting: file, old: .text("1\t2")), (setting: thread, old: .scheduling(attributes)),
                (setting: process, old: .cgroup("/a")), (setting: control, old: .absent),
                (setting: .group("/x/mete"), old: .absent),
            ])
            try journal.intend(file, .text("3"))
            try journal.intend(file, .text("4"))
            try journal.intend(file, .text("5"))
            try journal.noteOrigin(of: "/x/mete", "/x")
            try journal.forget([process])
            written = journal.contents
        }
        let again = try Journal(folder: StateFolder(folder.path), bootID: "b")
        #expect(again.contents == written)
        #expect(again.contents.entries[file]?.intended == [.text("5"), .text("4")])
        #expect(again.contents.isInsideOwnGroup("/x/mete/shop/cpu.weight"))
        #expect(!again.contents.isInsideOwnGroup("/x/cpu.weight"))
    }

    @Test func forgetsWhereAGroupsProcessesCameFromWithTheGroup() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        let journal = try Journal(folder: StateFolder(folder.path), bootID: "b")
        for name in ["/x/mete/a", "/x/mete/b"] {
            try journal.register([(setting: .group(name), old: .absent)])
            try journal.noteOrigin(of: name, "/x")
        }
        try journal.forget(CollectionOfOne(.group("/x/mete/a")))
        #expect(Array(journal.contents.origins.keys) == ["/x/mete/b"])
        #expect(try JournalContents(text: TextFile.read("\(folder.path)/\(Journal.fileName)")) == journal.contents)
    }

    @Test(arguments: [1, 5, 9, 12]) func usesEverythingBeforeATornEnd(cut: Int) throws {
        let whole = try sample()
        let torn = JournalContents(text: String(whole.text.dropLast(cut)))
        // Without its newline alone, a line is still whole.
        #expect(torn.isTorn == (cut > 1))
        #expect(torn.damage.isEmpty)
        #expect(torn.entries[file] == whole.entries[file])
        #expect(torn.entries[thread] == (cut > 1 ? nil : whole.entries[thread]))
    }

    @Test func namesADamagedLineAndUsesTheRest() throws {
        var lines = try sample().text.split(separator: "\n").map(String.init)
        lines[1] = String(lines[1].dropLast()) + "!"
        let contents = JournalContents(text: lines.joined(separator: "\n") + "\n")
        // Line 2 introduced the file; line 3 spoke of it.
        #expect(contents.damage.map(\.line) == [2, 3])
        #expect(contents.entries[thread]?.old == .scheduling(SchedulingAttributes(policy: 0)))
        #expect(contents.entries[file] == nil)
        #expect(!contents.isTorn)
    }

    @Test func isVoidAfterAReboot() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        do {
            let journal = try Journal(folder: StateFolder(folder.path), bootID: "before")
            try journal.register([(setting: file, old: .text("1"))])
        }
        let again = try Journal(folder: StateFolder(folder.path), bootID: "after")
        #expect(again.voidBootID == "before")
        #expect(again.contents.entries.isEmpty)
    }

    @Test func continuesAfterATornEndWithoutLosingTheNextLine() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        let text = try sample().text
        try folder.write(String(text.dropLast(4)), to: Journal.fileName)
        do {
            let journal = try Journal(folder: StateFolder(folder.path), bootID: "boot")
            try journal.intend(file, .text("next"))
        }
        let again = try Journal(folder: StateFolder(folder.path), bootID: "boot")
        #expect(again.contents.entries[file]?.intended.first == .text("next"))
        #expect(again.contents.damage.isEmpty)
        #expect(!again.contents.isTorn)
    }

    @Test func refusesASecondHolderAndNamesTheFirst() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        let first = try StateFolder(folder.path)
        let error = #expect(throws: ControlError.self) { try StateFolder(folder.path) }
        #expect(error?.code == .locked)
        #expect(error?.description.contains("pid \(getpid()) ") == true)
        withExtendedLifetime(first) {}
    }

    @Test func givesTheFolderUpWithItsHolder() throws {
        let folder = try TemporaryFolder(prefix: "mete-control")
        do { withExtendedLifetime(try StateFolder(folder.path)) {} }
        #expect(throws: Never.self) { try StateFolder(folder.path) }
    }

    private func sample() throws -> JournalContents {
        let folder = try TemporaryFolder(prefix: "mete-control")
        let journal = try Journal(folder: StateFolder(folder.path), bootID: "boot")
        try journal.register([(setting: file, old: .text("old"))])
        try journal.intend(file, .text("new"))
        try journal.register([(setting: thread, old: .scheduling(SchedulingAttributes(policy: 0)))])
        return journal.contents
    }
}
