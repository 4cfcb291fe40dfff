import Glibc

/// Small files of the kernel and of tests, read and written whole.
package enum TextFile {
    package static func read(_ path: String) throws(ProcessError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ProcessError("open", path, errno: errno) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return String(decoding: content, as: UTF8.self) }
            if count > 0 {
                content += buffer[..<count]
            } else if errno != EINTR {
                throw ProcessError("read", path, errno: errno)
            }
        }
    }

    /// In one `write`, as the files of cgroups and sysctls need it.
    package static func write(_ text: String, to path: String, creating: Bool = false) throws(ProcessError) {
        try write(Array(text.utf8), to: path, creating: creating)
    }

    package static func write(_ bytes: [UInt8], to path: String, creating: Bool = false) throws(ProcessError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | (creating ? O_CREAT | O_TRUNC : 0), 0o600)
        guard descriptor >= 0 else { throw ProcessError("open", path, errno: errno) }
        defer { close(descriptor) }
        let count = Glibc.write(descriptor, bytes, bytes.count)
        guard count == bytes.count else {
            throw ProcessError(
                "write \"\(String(decoding: bytes, as: UTF8.self))\" to", path, errno: count < 0 ? errno : EIO)
        }
    }
}
