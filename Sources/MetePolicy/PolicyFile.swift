internal import Glibc
package import MeteModel

/// A policy on disk.
package struct PolicyFile: Sendable {
    package let path: String
    /// Whether a file that others than root and this user may write is refused: what it says is put in force with this user's rights.
    private let mustBeTrusted: Bool

    package init(path: String, mustBeTrusted: Bool = false) {
        self.path = path
        self.mustBeTrusted = mustBeTrusted
    }

    /// Reads the file anew and loads it. A file that cannot be read is an error like those inside it.
    package func load(context: PolicyContext) throws(PolicyErrors) -> Policy {
        try PolicyLoader.load(text(), file: path, context: context)
    }

    /// - Throws: for a file that cannot be read, is not trusted, or is no text.
    package func text() throws(PolicyErrors) -> String {
        let bytes: [UInt8]
        switch contents() {
        case .bytes(let read): bytes = read
        case .unreadable(let code):
            let reason = String(cString: strerror(code))
            throw error("cannot be read: \(reason)", "check that it is there and that mete may read it")
        case .untrusted(let weakness):
            throw error(
                "is not trusted: \(weakness), and what it says would be put in force with mete's rights",
                "look at what it says, then `chown root \(path) && chmod go-w \(path)`")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw error("is not UTF-8 text", "save it as plain UTF-8")
        }
        return text
    }

    private enum Contents {
        case bytes([UInt8])
        case unreadable(errno: Int32)
        case untrusted(String)
    }

    /// The file's bytes; of a file that is too large one byte more than a policy may have, for the loader to refuse.
    private func contents() -> Contents {
        // O_NONBLOCK: opening a FIFO by mistake must not stop the agent.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .unreadable(errno: errno) }
        defer { close(descriptor) }
        if mustBeTrusted {
            // Of the open file: another may be put in its place meanwhile.
            var facts = stat()
            guard fstat(descriptor, &facts) == 0 else { return .unreadable(errno: errno) }
            let ownership = FileOwnership(owner: facts.st_uid, mode: facts.st_mode)
            if let weakness = ownership.weakness(for: geteuid()) { return .untrusted(weakness) }
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= PolicyDocument.largest {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            if count > 0 {
                bytes += chunk[..<count]
            } else if errno != EINTR {
                return .unreadable(errno: errno)
            }
        }
        return .bytes(bytes)
    }

    private func error(_ problem: String, _ remedy: String) -> PolicyErrors {
        PolicyErrors(errors: [
            PolicyError(file: path, line: 0, column: 0, field: "", problem: problem, remedy: remedy)
        ])
    }
}
