import Glibc
package import MeteModel

/// Reads facts from /proc. About 10 µs per file; called once per program, never per tick.
///
/// A process may end at any moment: a file that is gone (ENOENT, ESRCH) reads as nothing.
package struct Procfs: ProcessReading {
    private let root: String
    private var buffer: [UInt8]
    private var libraryNames = SharedTexts()

    package init(root: String = "/proc") {
        self.root = root
        buffer = [UInt8](repeating: 0, count: 16 * 1024)
    }

    /// How many processes live, those of the kernel included; 0 where /proc cannot be read.
    static func processCount() -> Int { processIDs().count }

    private static func processIDs() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var ids: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let id = Int32(name) { ids.append(id) }
        }
        return ids
    }

    package mutating func program(of pid: Int32) -> Program? {
        guard let arguments = read("\(root)/\(pid)/cmdline") else { return nil }
        let words = arguments.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        let executable = link("\(root)/\(pid)/exe")
        // A process that has ended and that nobody has waited for yet reads as empty.
        if words.isEmpty, executable == nil { return nil }
        return Program(executable: executable, commandLine: words.joined(separator: " "))
    }

    package mutating func cgroups(of pid: Int32) -> [CgroupMembership] {
        guard let file = read("\(root)/\(pid)/cgroup") else { return [] }
        return CgroupMembership.parse(String(decoding: file, as: UTF8.self))
    }

    /// Second and third field of statm, in pages (proc_pid_statm(5)): what is resident, and how much of it is shared.
    package mutating func memory(of pid: Int32) -> MemoryUsage? {
        guard let text = read("\(root)/\(pid)/statm") else { return nil }
        let pages = text.split(separator: UInt8(ascii: " ")).map { $0.reduce(UInt64(0)) { $0 * 10 + UInt64($1 &- 48) } }
        guard pages.count > 2, pages[1] >= pages[2] else { return nil }
        return MemoryUsage(resident: pages[1] * Self.pageSize, anonymous: (pages[1] - pages[2]) * Self.pageSize)
    }

    /// From smaps_rollup, which costs a walk over all page tables of the process. A kernel thread's is empty.
    package mutating func walk(of pid: Int32) -> WalkedMemory? {
        guard let text = read("\(root)/\(pid)/smaps_rollup") else { return nil }
        return WalkedMemory(rollup: text)
    }

    /// The file has a line per mapping, some hundred of most processes and at most vm.max_map_count, and takes the kernel about half a
    /// microsecond for each. The libraries stand at its end, so it is read whole.
    package mutating func libraries(of pid: Int32) -> [String]? {
        guard let maps = readWhole("\(root)/\(pid)/maps"), !maps.isEmpty else { return nil }
        let executable = link("\(root)/\(pid)/exe")
        return MappedLibraries.paths(inMaps: maps.span, executable: executable).map { libraryNames.shared($0) }
    }

    /// Paths of the shared libraries that any process has mapped and that are there under these paths, sorted; of other users' processes
    /// only as far as their mappings may be read. Reads the maps of every process: see `libraries(of:)`.
    static func mappedLibraries() -> [String] {
        var procfs = Procfs()
        var found: Set<String> = []
        for pid in processIDs() { found.formUnion(procfs.libraries(of: pid) ?? []) }
        return found.filter { access($0, R_OK) == 0 }.sorted()
    }

    private static let pageSize = UInt64(sysconf(Int32(_SC_PAGESIZE)))

    /// The file's contents up to the size of the buffer.
    private mutating func read(_ path: String) -> ArraySlice<UInt8>? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var filled = 0
        while filled < buffer.count {
            let count = buffer.withUnsafeMutableBytes { bytes in
                Glibc.read(file, bytes.baseAddress.map { $0 + filled }, bytes.count - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            filled += count
        }
        return buffer[0..<filled]
    }

    /// All of a file that may be larger than the buffer.
    private mutating func readWhole(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var contents: [UInt8] = []
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return contents }
            contents += buffer[..<count]
        }
    }

    private mutating func link(_ path: String) -> String? {
        let length = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map { readlink(path, $0, characters.count) } ?? 0
            }
        }
        guard length > 0 else { return nil }
        let target = String(decoding: buffer[0..<length], as: UTF8.self)
        // The kernel's mark for a program whose file was replaced, e.g. by an upgrade.
        let deleted = " (deleted)"
        return target.hasSuffix(deleted) ? String(target.dropLast(deleted.count)) : target
    }
}
