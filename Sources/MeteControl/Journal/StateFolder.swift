internal import CMeteLinux
internal import Glibc

/// The folder of what must outlive the agent but not the boot, held by one process at a time.
///
/// The lock is flock(2) on a file of its own: it ends with the process, however that ends.
package final class StateFolder {
    package static let standard = "/run/mete"

    package let path: String
    private let lock: Int32

    /// Makes the folder if need be and takes the lock.
    package init(_ path: String) throws(ControlError) {
        self.path = path
        do {
            try KernelFile.makeFolders(path, mode: 0o750)
        } catch {
            throw ControlError(
                .journal, "make state folder", path, cause: error,
                remedy: "Name a folder that this user may write, on a file system that lives at least until reboot.")
        }
        let file = path + "/lock"
        let descriptor: Int32
        do {
            descriptor = try Errno.retrying { open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        } catch {
            throw ControlError(
                .journal, "open lock", file, cause: error, remedy: "Run as root, or name another state folder.")
        }
        let status = mete_lock_exclusively(descriptor)
        if status < 0 {
            let holder = (try? KernelFile.read(file)).flatMap { Int32($0) }
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
        lock = descriptor
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
    }

    deinit { close(lock) }

    /// Makes what was created, renamed or removed in the folder last.
    func synchronise() throws(Errno) {
        let folder = try Errno.retrying { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { close(folder) }
        _ = try Errno.retrying { fsync(folder) }
    }
}
