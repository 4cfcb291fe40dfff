internal import Glibc

/// The reason the kernel gave for refusing a system call.
package struct Errno: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: Int32

    package init(_ code: Int32) {
        self.code = code
    }

    /// What we write to can end at any moment: its thread (ESRCH), its file or folder (ENOENT), or a cgroup whose
    /// file is open (ENODEV). These are expected and are no failure.
    package var meansGone: Bool { code == ESRCH || code == ENOENT || code == ENODEV }

    package var description: String {
        let name = Self.names[code].map { "\($0): " } ?? ""
        return "\(name)\(String(cString: strerror(code)))"
    }

    package static let gone = Errno(ESRCH)
    package static let noSuchFile = Errno(ENOENT)
    package static let noSuchDevice = Errno(ENODEV)
    package static let invalid = Errno(EINVAL)
    package static let busy = Errno(EBUSY)
    package static let notPermitted = Errno(EPERM)
    package static let exists = Errno(EEXIST)
    package static let wouldBlock = Errno(EWOULDBLOCK)
    package static let accessDenied = Errno(EACCES)
    package static let readOnly = Errno(EROFS)
    package static let inputOutput = Errno(EIO)
    package static let notSupported = Errno(EOPNOTSUPP)
    package static let notEmpty = Errno(ENOTEMPTY)
    package static let loop = Errno(ELOOP)

    private static let names: [Int32: String] = [
        EPERM: "EPERM", ENOENT: "ENOENT", ESRCH: "ESRCH", EINTR: "EINTR", EIO: "EIO", ENXIO: "ENXIO",
        EAGAIN: "EAGAIN", ENOMEM: "ENOMEM", EACCES: "EACCES", EBUSY: "EBUSY", EEXIST: "EEXIST", ENODEV: "ENODEV",
        ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EINVAL: "EINVAL", ENOSPC: "ENOSPC", EROFS: "EROFS",
        ENOTEMPTY: "ENOTEMPTY", EOPNOTSUPP: "EOPNOTSUPP", ERANGE: "ERANGE", ELOOP: "ELOOP",
    ]

    /// Runs a system call that returns -1 and sets errno, again for as long as a signal interrupts it.
    static func retrying<Value: SignedInteger>(_ call: () -> Value) throws(Errno) -> Value {
        while true {
            let value = call()
            if value >= 0 { return value }
            let code = errno
            if code != EINTR { throw Errno(code) }
        }
    }
}
