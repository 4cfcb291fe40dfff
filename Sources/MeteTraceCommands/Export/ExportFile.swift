import Glibc

/// Why an export could not be written.
struct ExportError: Error, Equatable, CustomStringConvertible {
    var operation: String
    var path: String
    var cause: String
    var remedy: String

    var description: String { "cannot \(operation) \(path): \(cause); \(remedy)" }
}

/// A file that grows piece by piece, a buffer at a time; `-` is standard output.
final class ExportFile {
    private static let bufferSize = 1 << 16

    private let path: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// Makes or empties the file.
    ///
    /// - Parameter source: what is read meanwhile, and must not be emptied.
    /// - Throws: `ExportError`.
    init(path: String, source: String? = nil) throws(ExportError) {
        self.path = path
        descriptor = STDOUT_FILENO
        guard path != "-" else { return }
        if let source, Self.isSame(path, source) {
            throw ExportError(
                operation: "write to", path: path, cause: "it is the recording itself", remedy: "name another file")
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("make", errno) }
        buffer.reserveCapacity(Self.bufferSize + 4096)
    }

    deinit {
        if descriptor > STDERR_FILENO { Glibc.close(descriptor) }
    }

    func write(_ text: String) throws(ExportError) {
        try write { $0.append(contentsOf: text.utf8) }
    }

    /// Lets something be added behind what is there.
    func write(_ add: (inout [UInt8]) -> Void) throws(ExportError) {
        add(&buffer)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Ends it: only now it is known that all of it was taken.
    func close() throws(ExportError) {
        try flush()
        guard descriptor > STDERR_FILENO else { return }
        let code = Glibc.close(descriptor)
        descriptor = -1
        guard code == 0 else { throw failure("close", errno) }
    }

    private func flush() throws(ExportError) {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write to", errno) }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure(_ operation: String, _ code: Int32) -> ExportError {
        ExportError(
            operation: operation, path: path, cause: String(cString: strerror(code)),
            remedy: code == ENOSPC ? "make room on its file system" : "look at its folder and rights")
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        var (a, b) = (stat(), stat())
        return stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino
    }
}
