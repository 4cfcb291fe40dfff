import Glibc
import MeteModel
import MeteProtocol

/// The agent's listening Unix socket, and the file that names it.
///
/// Claiming a path replaces what a dead agent left there and nothing else: a path where somebody answers, or that is not
/// a socket, is left as it is. From the look at the path to the first `listen` the folder is held by flock(2), so that of
/// two agents that start at once one is refused; the lock leaves no file and dies with its holder.
///
/// The folder is created with mode 0750 if it is missing (its parent must exist) and otherwise left as it is. The socket
/// never has more than mode 0660: the kernel makes the file with the mode of the unbound socket, less the umask.
struct ListeningSocket {
    let path: String
    /// Non-blocking, close-on-exec, listening; whoever takes it closes it.
    let descriptor: CInt
    private let identity: FileIdentity

    private static let folderMode: mode_t = 0o750
    private static let socketMode: mode_t = 0o660

    static func claim(_ path: String, backlog: CInt) throws(APIServerError) -> ListeningSocket {
        let address = try SocketAddressBytes(path)
        let folder = try openFolder(of: path)
        defer { close(folder) }
        try lock(folder, socket: path)
        try clear(address)

        let descriptor = socket(AF_UNIX, streamType | nonBlocking | closeOnExec, 0)
        guard descriptor >= 0 else { throw failure("create a socket for", path) }
        do throws(APIServerError) {
            guard fchmod(descriptor, socketMode) == 0 else { throw failure("restrict the mode of", path) }
            guard address.withPointer({ bind(descriptor, $0, $1) }) == 0 else { throw failure("bind", path) }
            // Gives back what the umask took from owner and group.
            guard chmod(path, socketMode) == 0 else { throw failure("set the mode of", path) }
            guard listen(descriptor, backlog) == 0 else { throw failure("listen on", path) }
            guard let identity = FileIdentity(path) else { throw failure("examine", path) }
            return ListeningSocket(path: path, descriptor: descriptor, identity: identity)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Removes the socket's file, unless another socket has taken its place.
    func removeFile() throws(APIServerError) {
        guard FileIdentity(path) == identity else { return }
        guard unlink(path) == 0 || errno == ENOENT else { throw Self.failure("remove", path) }
    }

    // MARK: Steps of a claim

    private static func openFolder(of path: String) throws(APIServerError) -> CInt {
        guard path.first == "/", let slash = path.lastIndex(of: "/") else {
            throw APIServerError(
                .invalidPath, socket: path, message: "the socket path \(path) is not absolute",
                remedy: "give a path that begins with /, such as \(SocketPath.standard)")
        }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        let created = mkdir(folder, folderMode) == 0
        guard created || errno == EEXIST else { throw failure("create the folder of", path) }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open the folder of", path) }
        do throws(APIServerError) {
            if created, fchmod(descriptor, folderMode) != 0 { throw failure("set the mode of the folder of", path) }
            var facts = stat()
            guard fstat(descriptor, &facts) == 0 else { throw failure("examine the folder of", path) }
            let ownership = FileOwnership(owner: facts.st_uid, mode: facts.st_mode)
            if let weakness = ownership.weaknessOfFolder(for: geteuid()) {
                throw APIServerError(
                    .untrusted, socket: path,
                    message:
                        "the folder \(folder) is not trusted: \(weakness), and could put a socket of their own in this one's place",
                    remedy: "choose a socket path in a folder that only root may write, such as \(SocketPath.standard)")
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func lock(_ folder: CInt, socket path: String) throws(APIServerError) {
        while flock(folder, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw failure("lock the folder of", path) }
            throw APIServerError(
                .contended, socket: path, message: "another process is claiming the folder of \(path) at this moment",
                remedy: "try again; if it persists, `fuser` names who holds the folder")
        }
    }

    /// Makes the path free, or says who has it.
    private static func clear(_ address: SocketAddressBytes) throws(APIServerError) {
        var status = stat()
        guard lstat(address.path, &status) == 0 else {
            guard errno == ENOENT else { throw failure("examine", address.path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw APIServerError(
                .occupied, socket: address.path, message: "\(address.path) exists and is not a socket",
                remedy: "choose another socket path, or remove it if nobody needs it")
        }
        switch try probe(address) {
        case .stale:
            guard unlink(address.path) == 0 || errno == ENOENT else {
                throw failure("remove the stale socket", address.path)
            }
        case .live(let pid):
            let who = pid.map { "pid \($0)" } ?? "its pid is not visible here"
            throw APIServerError(
                .alreadyRunning(pid: pid), socket: address.path,
                message: "an agent already answers at \(address.path) (\(who))",
                remedy: "stop that agent first, or give this one another socket path")
        }
    }

    private enum Probe {
        case stale
        case live(pid: Int32?)
    }

    /// Connects: only a socket whose listener is gone refuses (unix(7)).
    private static func probe(_ address: SocketAddressBytes) throws(APIServerError) -> Probe {
        let descriptor = socket(AF_UNIX, streamType | nonBlocking | closeOnExec, 0)
        guard descriptor >= 0 else { throw failure("create a socket to probe", address.path) }
        defer { close(descriptor) }
        if address.withPointer({ connect(descriptor, $0, $1) }) == 0 {
            // `struct ucred` of the process that called listen(2): pid, uid and gid, 32 bits each.
            var credentials: [Int32] = [0, 0, 0]
            var length = socklen_t(MemoryLayout<Int32>.size * credentials.count)
            guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
                throw failure("ask who listens on", address.path)
            }
            // 0 for a process outside this pid namespace.
            return .live(pid: credentials[0] > 0 ? credentials[0] : nil)
        }
        switch errno {
        case ECONNREFUSED, ENOENT: return .stale
        // Its queue is full.
        case EAGAIN: return .live(pid: nil)
        case EPROTOTYPE:
            throw APIServerError(
                .occupied, socket: address.path, message: "\(address.path) is a socket of another kind",
                remedy: "choose another socket path, or remove it if nobody needs it")
        default: throw failure("probe", address.path)
        }
    }

    private static func failure(_ action: String, _ path: String) -> APIServerError {
        let code = errno
        let remedy =
            switch code {
            case EACCES, EPERM, EROFS: "run the agent as root, or choose a socket path in a folder that it may write to"
            case ENOENT: "create the folder, or choose a socket path in a folder that exists"
            case ENOTDIR: "choose a socket path whose folder is a folder"
            case EMFILE, ENFILE: "raise the limit of open files"
            case EADDRINUSE: "try again: another process bound the path in between"
            default: "choose another socket path"
            }
        return APIServerError(
            .system(errno: code), socket: path, message: "cannot \(action) \(path): \(String(cString: strerror(code)))",
            remedy: remedy)
    }
}

private let streamType = CInt(SOCK_STREAM.rawValue)
private let nonBlocking = CInt(SOCK_NONBLOCK.rawValue)
private let closeOnExec = CInt(SOCK_CLOEXEC.rawValue)

/// Which file a path names at a moment.
private struct FileIdentity: Equatable {
    let device: dev_t
    let inode: ino_t

    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
    }
}
