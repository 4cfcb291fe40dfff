internal import Glibc
package import MeteModel

/// A policy on disk.
package struct PolicyFile: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Reads the file anew and loads it. A file that cannot be read is an error like those inside it.
    package func load(context: PolicyContext) throws(PolicyErrors) -> Policy {
        try PolicyLoader.load(text(), file: path, context: context)
    }

    private func text() throws(PolicyErrors) -> String {
        let bytes: [UInt8]
        switch contents() {
        case .success(let read): bytes = read
        case .failure(let code):
            let reason = String(cString: strerror(code.number))
            throw error("cannot be read: \(reason)", "check that it is there and that mete may read it")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw error("is not UTF-8 text", "save it as plain UTF-8")
        }
        return text
    }

    private struct ErrorCode: Error { let number: Int32 }

    /// The file's bytes; of a file that is too large one byte more than a policy may have, for the loader to refuse.
    private func contents() -> Result<[UInt8], ErrorCode> {
        // O_NONBLOCK: opening a FIFO by mistake must not stop the agent.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(ErrorCode(number: errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= PolicyDocument.largest {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            if count > 0 {
                bytes += chunk[..<count]
            } else if errno != EINTR {
                return .failure(ErrorCode(number: errno))
            }
        }
        return .success(bytes)
    }

    private func error(_ problem: String, _ remedy: String) -> PolicyErrors {
        PolicyErrors(errors: [
            PolicyError(file: path, line: 0, column: 0, field: "", problem: problem, remedy: remedy)
        ])
    }
}
