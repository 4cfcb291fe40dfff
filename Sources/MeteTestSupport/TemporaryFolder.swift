internal import FoundationEssentials
import Glibc

/// A folder of its own under /tmp, which is removed with all that is in it when this object goes.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init(prefix: String) throws(ProcessError) {
        var template = Array("/tmp/\(prefix).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ProcessError("create", "a folder in /tmp", errno: errno)
        }
        path = template.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
    }

    /// The path of something in it, whether or not that is there.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes or overwrites a file in it, and the folders above that file.
    ///
    /// - Returns: The file's path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> String {
        if let slash = name.lastIndex(of: "/") { try makeFolder(String(name[..<slash])) }
        try TextFile.write(bytes, to: file(name), creating: true)
        return file(name)
    }

    /// Makes a folder in it, and those above; nothing happens when it is there.
    package func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
    }

    /// The text of a file in it.
    package func text(_ name: String) throws(ProcessError) -> String { try TextFile.read(file(name)) }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            let line = "warning: cannot remove \(path): \(error)\n"
            Glibc.write(STDERR_FILENO, line, line.utf8.count)
        }
    }
}
