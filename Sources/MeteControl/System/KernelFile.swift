internal import Glibc

/// Files and folders of the kernel's file systems, whole, with one rule for EINTR (again) and typed errors.
///
/// A kernel file is read in one read(2) where it fits a buffer and written in one write(2), since the kernel
/// takes each write as one value. Nothing is cached: each call costs an open, the call, and a close.
package enum KernelFile {
    /// The file's text without trailing white space.
    package static func read(_ path: String) throws(Errno) -> String {
        let file = try Errno.retrying { open(path, O_RDONLY | O_CLOEXEC) }
        defer { close(file) }
        return try readAll(from: file)
    }

    /// The text from where an open file stands, without trailing white space.
    static func readAll(from file: Int32) throws(Errno) -> String {
        var bytes: [UInt8] = []
        var capacity = 4096
        while true {
            var failure: Errno?
            let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                do throws(Errno) {
                    count = try Errno.retrying { Glibc.read(file, buffer.baseAddress, buffer.count) }
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if chunk.isEmpty { break }
            bytes += chunk
            capacity = min(capacity * 2, 1 << 20)
        }
        while let last = bytes.last, last == 0x0a || last == 0x20 || last == 0 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The file's text as `read` gives it, or nil where there is no such file: the kernel or the machine lacks what it stands for.
    package static func readIfPresent(_ path: String) throws(Errno) -> String? {
        do {
            return try read(path)
        } catch .noSuchFile {
            return nil
        }
    }

    /// Writes one value to a file that exists. Kernel files ignore the truncation, as with a shell's `>`.
    package static func write(_ text: String, to path: String) throws(Errno) {
        let file = try Errno.retrying { open(path, O_WRONLY | O_TRUNC | O_CLOEXEC) }
        defer { close(file) }
        try writeAll(Array(text.utf8), to: file)
    }

    /// Writes all bytes; regular files may take fewer than asked for, kernel files take all or none.
    static func writeAll(_ bytes: [UInt8], to file: Int32) throws(Errno) {
        var offset = 0
        while offset < bytes.count {
            let start = offset
            let written = try Errno.retrying {
                bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + start }, bytes.count - start) }
            }
            if written == 0 { throw .inputOutput }
            offset += written
        }
    }

    package static func makeFolder(_ path: String, mode: UInt32 = 0o755) throws(Errno) {
        _ = try Errno.retrying { mkdir(path, mode) }
    }

    /// Makes a folder and those above it; those that are there stay as they are.
    package static func makeFolders(_ path: String, mode: UInt32 = 0o755) throws(Errno) {
        var made = ""
        for step in path.split(separator: "/") {
            made += "/\(step)"
            do {
                try makeFolder(made, mode: mode)
            } catch .exists {
            } catch {
                if !isFolder(made) { throw error }
            }
        }
    }

    package static func removeFolder(_ path: String) throws(Errno) {
        _ = try Errno.retrying { rmdir(path) }
    }

    package static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// Tells a folder from another that is made later with the same name: a cgroup's inode number is never used again. Nil when there
    /// is no such folder.
    package static func identity(ofFolder path: String) -> UInt64? {
        var facts = stat()
        return stat(path, &facts) == 0 ? UInt64(facts.st_ino) : nil
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

    /// Names of the folders directly inside a folder, sorted.
    package static func folders(in path: String) throws(Errno) -> [String] {
        guard let folder = opendir(path) else { throw Errno(errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            let isFolder =
                Int32(entry.pointee.d_type) == Int32(DT_DIR)
                || (Int32(entry.pointee.d_type) == Int32(DT_UNKNOWN) && Self.isFolder("\(path)/\(name)"))
            if isFolder { names.append(name) }
        }
        return names.sorted()
    }

    /// The decimal numbers of a file that holds one in each line, as cgroup.procs and tasks do.
    package static func numbers(in path: String) throws(Errno) -> [Int32] {
        try read(path).split(separator: "\n").compactMap { Int32($0) }
    }

    /// The same, and none where there is no such file.
    static func numbersIfPresent(in path: String) throws(Errno) -> [Int32] {
        do {
            return try numbers(in: path)
        } catch .noSuchFile {
            return []
        }
    }
}
