import Glibc

/// A file's bytes, mapped for reading: programs of hundreds of megabytes need no room of their own.
final class MappedFile {
    let bytes: UnsafeRawBufferPointer

    /// - Throws: errno of the call that failed; EISDIR for what is no regular file.
    init(_ path: String) throws(CallFileError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw CallFileError(errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw CallFileError(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw CallFileError(EISDIR) }
        let length = Int(status.st_size)
        guard length > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, length, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
            throw CallFileError(errno)
        }
        bytes = UnsafeRawBufferPointer(start: start, count: length)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}

/// A system call on a file failed.
struct CallFileError: Error, Equatable, CustomStringConvertible {
    let errno: Int32

    init(_ errno: Int32) { self.errno = errno }

    var description: String { errno == EISDIR ? "not a regular file" : String(cString: strerror(errno)) }
}
