internal import Glibc

/// What was there before mete wrote, on disk before mete writes.
///
/// The old value of a setting is appended and fsynced, the folder too when the file is new, before the setting is
/// written for the first time. Later intentions are only appended: what write(2) has taken survives the death of
/// the process, SIGKILL included, and a crash of the kernel takes the settings with it. For the same reason a
/// journal of another boot is void. What lies inside a cgroup of mete's own is not journalled: it goes with the group.
///
/// Costs one write(2) per intention, one fsync per plan that touches new settings, and a rewrite whenever the file
/// has grown to several times what it has to say. Does not restore: that is `Restoration`.
package final class Journal {
    /// Points at which a test may end the process.
    package enum Checkpoint: String, Sendable {
        case appended, synchronised, compactionWritten, compactionRenamed, removed
    }

    package static let fileName = "journal"
    private static let smallestCompaction = 256 * 1024

    package private(set) var contents: JournalContents
    /// Set when a journal of another boot was found: nothing of it is in force any more.
    package private(set) var voidBootID: String?

    /// Nil for a journal that is in memory alone.
    private let folder: StateFolder?
    /// For messages.
    private let path: String
    private var file: Int32 = -1
    private var size = 0
    private var compactAt = smallestCompaction
    private let checkpoint: (Checkpoint) -> Void

    /// Opens the journal of a state folder, or makes one. Damage found is in `contents.damage`.
    package init(
        folder: StateFolder, bootID: String? = nil, checkpoint: @escaping (Checkpoint) -> Void = { _ in }
    ) throws(ControlError) {
        self.folder = folder
        self.checkpoint = checkpoint
        path = "\(folder.path)/\(Self.fileName)"
        if let weakness = folder.weakness(of: Self.fileName) {
            throw ControlError(
                .untrusted, "use the journal", path, detail: weakness,
                remedy: "It would be written into the kernel as root. Look at what it says, then remove it.")
        }
        do {
            let boot = if let bootID { bootID } else { try KernelFile.read("/proc/sys/kernel/random/boot_id") }
            contents = JournalContents(text: try folder.read(Self.fileName) ?? "")
            if !contents.bootID.isEmpty, contents.bootID != boot {
                voidBootID = contents.bootID
                contents = JournalContents()
            }
            contents.bootID = boot
        } catch {
            throw ControlError(
                .journal, "read", path, cause: error, remedy: "Run as root, or name another state folder.")
        }
    }

    private init(_ contents: JournalContents) {
        folder = nil
        path = ""
        self.contents = contents
        checkpoint = { _ in }
    }

    /// A journal that is on no disk, for a plan that is not written. It begins with what stands in the file at `path`, whoever holds
    /// that; with nothing where it cannot be read, or is of another boot.
    static func inMemory(as path: String) -> Journal {
        let boot = try? KernelFile.read("/proc/sys/kernel/random/boot_id")
        let contents = (try? KernelFile.readIfPresent(path)).flatMap { $0 }.map { JournalContents(text: $0) }
        return Journal(contents.flatMap { $0.bootID == boot ? $0 : nil } ?? JournalContents())
    }

    deinit { if file >= 0 { close(file) } }

    /// Puts the old values of settings on disk; returns when they are safe.
    package func register(_ settings: [(setting: Setting, old: SettingValue)]) throws(ControlError) {
        guard !settings.isEmpty else { return }
        var next = contents
        var text = ""
        for (setting, old) in settings {
            text += JournalContents.oldLine(next.nextID, setting, old)
            next.entries[setting] = JournalContents.Entry(id: next.nextID, old: old)
            next.nextID += 1
        }
        try append(text)
        try perform("fsync") { _ throws(Errno) in _ = try Errno.retrying { fsync(self.file) } }
        checkpoint(.synchronised)
        contents = next
    }

    /// Says what will be written next to a setting that is registered.
    package func intend(_ setting: Setting, _ value: SettingValue) throws(ControlError) {
        guard let entry = contents.entries[setting] else { return }
        try append(JournalContents.newLine(entry.id, value))
        contents.entries[setting]?.intend(value)
    }

    /// Says where the processes of one of mete's groups came from.
    package func noteOrigin(of group: String, _ cgroup: String) throws(ControlError) {
        guard contents.origins[group] == nil else { return }
        try append(JournalContents.originLine(group, cgroup))
        contents.origins[group] = cgroup
    }

    /// Strikes out settings that are as they were before mete, or are gone.
    package func forget(_ settings: some Sequence<Setting>) throws(ControlError) {
        var text = ""
        for setting in settings {
            guard let entry = contents.end(setting) else { continue }
            text += JournalContents.endLine(entry.id)
        }
        if !text.isEmpty { try append(text) }
    }

    /// Removes the file, once everything is put back.
    package func remove() throws(ControlError) {
        if file >= 0 { close(file) }
        file = -1
        size = 0
        let boot = contents.bootID
        contents = JournalContents()
        contents.bootID = boot
        guard let folder, folder.has(Self.fileName) else { return }
        try perform("remove") { folder throws(Errno) in
            try folder.remove(Self.fileName)
            try folder.synchronise()
        }
        checkpoint(.removed)
    }

    private func append(_ text: String) throws(ControlError) {
        guard folder != nil else { return }
        // The first append also cleans up after a torn end, a damaged line or another boot.
        if file < 0 || size > compactAt { try compact() }
        let bytes = Array(text.utf8)
        do {
            try perform("append to") { _ throws(Errno) in try KernelFile.writeAll(bytes, to: self.file) }
        } catch {
            // Half a line may be there, which would spoil the next one: the next append writes the file anew.
            close(file)
            file = -1
            throw error
        }
        size += bytes.count
        checkpoint(.appended)
    }

    /// Puts a copy of the file beside it, for an operator to read what could not be: what its damaged lines named is not restored.
    func keepDamaged() throws(ControlError) {
        guard let folder, folder.has(Self.fileName) else { return }
        let copy = Self.fileName + ".damaged"
        try perform("keep a copy of") { folder throws(Errno) in
            do throws(Errno) { try folder.remove(copy) } catch .noSuchFile {}
            try folder.link(Self.fileName, as: copy)
            try folder.synchronise()
        }
    }

    /// Replaces the file by one that says the same in fewer lines, atomically and durably.
    package func compact() throws(ControlError) {
        let bytes = Array(contents.text.utf8)
        let draft = Self.fileName + ".new"
        var fresh: Int32 = -1
        do {
            try perform("rewrite") { folder throws(Errno) in
                fresh = try folder.create(draft, flags: O_WRONLY | O_TRUNC | O_APPEND)
                try KernelFile.writeAll(bytes, to: fresh)
                _ = try Errno.retrying { fsync(fresh) }
                self.checkpoint(.compactionWritten)
                try folder.rename(draft, to: Self.fileName)
                self.checkpoint(.compactionRenamed)
                try folder.synchronise()
            }
        } catch {
            if fresh >= 0 { close(fresh) }
            throw error
        }
        if file >= 0 { close(file) }
        file = fresh
        size = bytes.count
        compactAt = max(Self.smallestCompaction, 4 * size)
    }

    /// Does something to the file in its folder; nothing where there is no folder.
    private func perform(
        _ operation: String, _ body: (StateFolder) throws(Errno) -> Void
    ) throws(ControlError) {
        guard let folder else { return }
        do {
            try body(folder)
        } catch {
            throw ControlError(
                .journal, operation, path, cause: error,
                remedy: "Nothing is written without a journal; make room or rights for the state folder.")
        }
    }
}
