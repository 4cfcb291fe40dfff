internal import FoundationEssentials
import Glibc

/// A folder of its own under /tmp, which is removed with all that is in it when this object goes.
package final class TemporaryFolder {
    package let path: String

    package init(prefix: String) throws(ProcessError) {
        var template = Array("/tmp/\(prefix).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ProcessError("create", "a folder in /tmp", errno: errno)
        }
        path = template.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            let line = "warning: cannot remove \(path): \(error)\n"
            write(STDERR_FILENO, line, line.utf8.count)
        }
    }
}
