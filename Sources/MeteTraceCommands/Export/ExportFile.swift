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
///
/// Nobody sees half of it: what is written is beside the file until all of it is there, and then takes its place. Only what is no
/// regular file, such as a pipe, gets it piece by piece.
final class ExportFile {
    private static let bufferSize = 1 << 16

    /// As the user named it.
    private let name: String
    private var descriptor: Int32
    /// What is written, and what it is to become; nil where the file itself is written.
    private var replacement: (path: String, target: String)?
    private var buffer: [UInt8] = []

    /// - Parameter source: what is read meanwhile, and must not be replaced.
    /// - Throws: `ExportError`.
    init(path: String, source: String? = nil) throws(ExportError) {
        name = path
        descriptor = STDOUT_FILENO
        guard path != "-" else { return }
        if let source, Self.isSame(path, source) {
            throw ExportError(
                operation: "write to", path: path, cause: "it is the recording itself", remedy: "name another file")
        }
        var old = stat()
        let isThere = stat(path, &old) == 0
        if isThere, old.st_mode & S_IFMT != S_IFREG {
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw failure("open", errno) }
        } else {
            // What a symbolic link points to is replaced, not the link.
            let target = isThere ? Self.resolved(path) : path
            let part = "\(target).\(getpid()).part"
            descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw failure("make", errno) }
            replacement = (part, target)
            if isThere, fchmod(descriptor, old.st_mode & 0o777) != 0 { throw failure("keep the mode of", errno) }
        }
        buffer.reserveCapacity(Self.bufferSize + 4096)
    }

    deinit {
        if descriptor > STDERR_FILENO { Glibc.close(descriptor) }
        if let replacement { unlink(replacement.path) }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    func write(_ text: String) throws(ExportError) {
        try write { $0.append(contentsOf: text.utf8) }
    }

    /// Lets something be added behind what is there.
    func write(_ add: (inout [UInt8]) -> Void) throws(ExportError) {
        add(&buffer)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Ends it: only now it is known that all of it was taken, and the file is there.
    func close() throws(ExportError) {
        try flush()
        guard descriptor > STDERR_FILENO else { return }
        let code = Glibc.close(descriptor)
        descriptor = -1
        guard code == 0 else { throw failure("close", errno) }
        guard let (part, target) = replacement else { return }
        guard rename(part, target) == 0 else { throw failure("replace", errno) }
        replacement = nil
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
            operation: operation, path: name, cause: String(cString: strerror(code)),
            remedy: code == ENOSPC ? "make room on its file system" : "look at its folder and rights")
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        var (a, b) = (stat(), stat())
        return stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino
    }
}
