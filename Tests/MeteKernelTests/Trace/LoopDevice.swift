import Glibc
import MeteModel
import MeteTestSupport

/// A block device over a file of its own in /tmp, for the time of a test.
final class LoopDevice {
    let path: String
    let number: DiskDevice
    private let folder: TemporaryFolder
    private let file: String
    /// Of a file in memory; -1 of one in a folder.
    private let memory: Int32

    /// O_DIRECT of open(2), which Glibc keeps from Swift.
    #if arch(x86_64)
        static let direct: Int32 = 0o40000
    #else
        static let direct: Int32 = 0o200000
    #endif

    /// Whether the kernel has loop devices, and the program that makes them is there.
    static var isPossible: Bool { access("/dev/loop-control", R_OK | W_OK) == 0 && program != nil }

    private static var program: String? {
        ["/sbin/losetup", "/usr/sbin/losetup", "/bin/losetup"].first { access($0, X_OK) == 0 }
    }

    /// - Parameter inMemory: a file that can be sealed: see `cutFile`.
    init(megabytes: Int, inMemory: Bool = false) throws {
        folder = try TemporaryFolder(prefix: "mete-loop")
        memory = inMemory ? try Self.sealableFile() : -1
        file = memory >= 0 ? "/proc/\(getpid())/fd/\(memory)" : try folder.write("", to: "image")
        guard truncate(file, off_t(megabytes) << 20) == 0 else { throw ProcessError("size", file, errno: errno) }
        let listing = folder.file("free")
        try Self.run(["-f"], output: .file(listing))
        path = try TextFile.read(listing).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        try Self.run([path, file])
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw ProcessError("look at", path, errno: errno) }
        number = DiskDevice(
            major: UInt32(facts.st_rdev >> 8 & 0xfff),
            minor: UInt32(facts.st_rdev & 0xff | facts.st_rdev >> 12 & 0xfff00))
    }

    /// By memfd_create(2), which Glibc keeps from Swift.
    private static func sealableFile() throws -> Int32 {
        typealias Create = @convention(c) (UnsafePointer<CChar>, UInt32) -> Int32
        guard let symbol = dlsym(nil, "memfd_create") else { throw ProcessError("find", "memfd_create", errno: ENOSYS) }
        // MFD_CLOEXEC | MFD_ALLOW_SEALING
        let file = unsafeBitCast(symbol, to: Create.self)("mete-loop", 3)
        guard file >= 0 else { throw ProcessError("make", "a file in memory", errno: errno) }
        return file
    }

    /// Takes away the end of the file: reads of what was there fail, and the device does not know of it. Writes fail too where the file is in
    /// memory, since it is sealed against growing.
    func cutFile(megabytes: Int) throws {
        guard truncate(file, off_t(megabytes) << 20) == 0 else { throw ProcessError("cut", file, errno: errno) }
        // F_ADD_SEALS, F_SEAL_GROW
        guard memory < 0 || fcntl(memory, 1033, 4) == 0 else { throw ProcessError("seal", file, errno: errno) }
    }

    /// What the device itself has counted (Documentation/block/stat.rst; its sectors are of 512 bytes everywhere).
    func ownCount() throws -> DiskUsage {
        let file = "/sys/dev/block/\(number.major):\(number.minor)/stat"
        let fields = try TextFile.read(file).split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
        guard fields.count > 6 else { throw ProcessError("read", file, cause: "it has \(fields.count) numbers") }
        return DiskUsage(
            reads: DiskUsage.Direction(requests: fields[0], bytes: fields[2] * 512),
            writes: DiskUsage.Direction(requests: fields[4], bytes: fields[6] * 512))
    }

    deinit {
        defer { if memory >= 0 { close(memory) } }
        do {
            try Self.run(["-d", path])
        } catch {
            let line = "warning: \(path) is still there: \(error)\n"
            write(STDERR_FILENO, line, line.utf8.count)
        }
    }

    private static func run(_ arguments: [String], output: ChildProcess.Output = .discarded) throws {
        guard let program else { throw ProcessError("find", "losetup", cause: "it is not installed") }
        let process = try ChildProcess(Executable(path: program), arguments, output: output)
        guard process.waitForEnd()?.code == 0 else {
            throw ProcessError("run", ([program] + arguments).joined(separator: " "), cause: "\(process.exit as Any)")
        }
    }
}
