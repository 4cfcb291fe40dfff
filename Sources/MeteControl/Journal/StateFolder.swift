internal import CMeteLinux
internal import Glibc
internal import MeteModel

/// The folder of what must outlive the agent but not the boot, held by one process at a time.
///
/// The lock is flock(2) on a file of its own: it ends with the process, however that ends. What is in the folder is written into the
/// kernel, by root as a rule: a folder or file that anybody but root and mete's own user could have written is refused. The
/// folder is opened once, without following a link, and all that is in it is reached from there, so that nobody can put another in
/// its place meanwhile.
package final class StateFolder {
    package static let standard = "/run/mete"

    package let path: String
    private let descriptor: Int32
    private let lock: Int32

    private static let lockName = "lock"

    /// Makes the folder if need be and takes the lock.
    package convenience init(_ path: String) throws(ControlError) {
        do {
            try KernelFile.makeFolders(path, mode: 0o750)
        } catch {
            throw ControlError(
                .journal, "make state folder", path, cause: error,
                remedy: "Name a folder that this user may write, on a file system that lives at least until reboot.")
        }
        guard let opened = try Self.open(path) else {
            throw ControlError(
                .journal, "open state folder", path, cause: .noSuchFile, remedy: "Somebody removed it: try again.")
        }
        try self.init(opened, path)
    }

    /// Takes the lock of a folder that is there; nil when none is.
    package static func existing(_ path: String) throws(ControlError) -> StateFolder? {
        guard let opened = try open(path) else { return nil }
        return try StateFolder(opened, path)
    }

    private init(_ descriptor: Int32, _ path: String) throws(ControlError) {
        self.path = path
        self.descriptor = descriptor
        do {
            lock = try Self.takeLock(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        close(lock)
        close(descriptor)
    }

    // MARK: Opening

    /// The folder's descriptor, once it is known that nobody else could have written in it; nil when there is no such folder.
    private static func open(_ path: String) throws(ControlError) -> Int32? {
        // Behind a slash at the end, a link would be followed.
        var name = path
        while name.count > 1, name.last == "/" { name.removeLast() }
        let descriptor: Int32
        do {
            descriptor = try Errno.retrying { Glibc.open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        } catch {
            if error == .noSuchFile { return nil }
            throw ControlError(
                .journal, "open state folder", path, cause: error,
                remedy: "Run as root, and name a folder, not a link to one.")
        }
        guard let weakness = weakness(of: descriptor, isFolder: true) else { return descriptor }
        close(descriptor)
        throw ControlError(
            .untrusted, "use state folder", path, detail: weakness,
            remedy:
                "What is in it would be written into the kernel as root. Name a folder of root's own, mode 0750 or less."
        )
    }

    /// Who but root and mete's own user can have written an open file or folder, in words; nil when nobody can.
    private static func weakness(of descriptor: Int32, isFolder: Bool) -> String? {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return "it cannot be examined: \(Errno(errno))" }
        if !isFolder, facts.st_mode & S_IFMT != S_IFREG { return "it is no regular file" }
        return FileOwnership(owner: facts.st_uid, mode: facts.st_mode).weakness(for: geteuid())
    }

    private static func takeLock(_ folder: Int32, _ path: String) throws(ControlError) -> Int32 {
        let file = "\(path)/\(lockName)"
        let descriptor: Int32
        do {
            descriptor = try Errno.retrying {
                openat(folder, lockName, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            }
        } catch {
            throw ControlError(
                .journal, "open lock", file, cause: error, remedy: "Run as root, or name another state folder.")
        }
        let status = mete_lock_exclusively(descriptor)
        if status < 0 {
            let holder = (try? KernelFile.readAll(from: descriptor)).flatMap { Int32($0) }
            close(descriptor)
            guard Errno(-status) == .wouldBlock else {
                throw ControlError(
                    .journal, "lock", file, cause: Errno(-status),
                    remedy: "Name a state folder on a local file system.")
            }
            let name = holder.map { "the process with pid \($0)" } ?? "another process"
            throw ControlError(
                .locked, "use state folder", path, detail: "\(name) holds it",
                remedy: "Only one mete may write at a time: stop that agent first, or name another folder.")
        }
        // For people and for the message above; the lock itself does not depend on it.
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        do {
            try KernelFile.writeAll(text, to: descriptor)
        } catch {
            close(descriptor)
            throw ControlError(
                .journal, "write lock", file, cause: error, remedy: "Make room on the file system of the state folder.")
        }
        return descriptor
    }

    // MARK: What is in it

    /// A file's text without trailing white space; nil when there is none.
    func read(_ name: String) throws(Errno) -> String? {
        guard let file = try openForReading(name) else { return nil }
        defer { close(file) }
        return try KernelFile.readAll(from: file)
    }

    /// Who but root and mete's own user can have written a file; nil when nobody can, or there is no such file.
    func weakness(of name: String) -> String? {
        do throws(Errno) {
            guard let file = try openForReading(name) else { return nil }
            defer { close(file) }
            return Self.weakness(of: file, isFolder: false)
        } catch {
            return error == .loop ? "it is a symbolic link" : nil
        }
    }

    /// Opening a FIFO must not stop the agent.
    private func openForReading(_ name: String) throws(Errno) -> Int32? {
        do throws(Errno) {
            return try Errno.retrying {
                openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            }
        } catch {
            if error == .noSuchFile { return nil }
            throw error
        }
    }

    func has(_ name: String) -> Bool {
        faccessat(descriptor, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// Opens a file that is made if need be, and that nobody else may read.
    func create(_ name: String, flags: Int32) throws(Errno) -> Int32 {
        try Errno.retrying { openat(descriptor, name, flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600) }
    }

    func rename(_ name: String, to other: String) throws(Errno) {
        _ = try Errno.retrying { renameat(descriptor, name, descriptor, other) }
    }

    func link(_ name: String, as other: String) throws(Errno) {
        _ = try Errno.retrying { linkat(descriptor, name, descriptor, other, 0) }
    }

    func remove(_ name: String) throws(Errno) {
        _ = try Errno.retrying { unlinkat(descriptor, name, 0) }
    }

    /// Makes what was created, renamed or removed in the folder last.
    func synchronise() throws(Errno) {
        _ = try Errno.retrying { fsync(descriptor) }
    }
}
