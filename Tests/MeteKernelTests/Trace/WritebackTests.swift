import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// Buffered writes are made by a thread of the kernel, later: they belong to whose cgroup has to answer for the pages, where the
    /// kernel knows that.
    struct WritebackTests {
        @Test(.enabled(if: LoopDevice.isPossible && FileSystem.isPossible, "no loop device can be made here"))
        func bufferedWritesAreTheComponentsWhoseCgroupItIs() throws {
            let (bytes, count) = (65_536 as UInt64, 128 as UInt64)
            let device = try LoopDevice(megabytes: 64)
            let files = try FileSystem(on: device)
            let group = try ScratchGroup(named: "mete-test-writeback", in: CPUHierarchy.find())
            var options = KernelProbes.Options()
            options.disk = true
            let tracer = try Workload.tracer(options)
            let writer = try ChildProcess(
                .sibling("mete-workload"), ["dirty", "\(files.path)/file", "\(bytes)", "\(count)"], group: group)
            defer {
                writer.kill()
                withExtendedLifetime(group) {}
            }
            var written: [ComponentID: UInt64] = [:]
            func closeWindow() throws {
                for part in try tracer.closeWindow().disks where part.device == device.number {
                    written[part.component, default: 0] += part.usage.writes.bytes
                }
            }
            try #require(
                Polling.wait {
                    var facts = stat()
                    return stat("\(files.path)/file", &facts) == 0 && facts.st_size == off_t(bytes * count)
                })
            // The kernel side is told of cgroups once a second at most.
            usleep(1_200_000)
            try closeWindow()
            try #require(written.values.reduce(0, +) < bytes * count, "nothing is written back before it is old")
            sync()
            try closeWindow()
            let total = written.values.reduce(0, +)
            try #require(total >= bytes * count, "\(written)")
            // What the file system notes about itself is nobody's.
            let own = written[Workload.component] ?? 0
            if try Self.keepsOwnersOfPages() {
                #expect(own >= bytes * count, "\(written)")
            } else {
                #expect(own == 0 && written[.rest] == total, "\(written)")
            }
        }

        /// Memory and io are both below the root of cgroup v2.
        private static func keepsOwnersOfPages() throws -> Bool {
            let hierarchy = try CPUHierarchy.find()
            guard hierarchy.version == .v2 else { return false }
            let names = try TextFile.read("\(hierarchy.mountPoint)/cgroup.subtree_control").split(
                whereSeparator: \.isWhitespace)
            return names.contains("io") && names.contains("memory")
        }
    }
}

/// ext2 on a device, mounted for the time of a test.
private final class FileSystem {
    let path: String
    private let folder: TemporaryFolder
    private let device: LoopDevice

    static var isPossible: Bool { program("mke2fs") != nil && program("mount") != nil && program("umount") != nil }

    private static func program(_ name: String) -> String? {
        ["/sbin/", "/usr/sbin/", "/bin/", "/usr/bin/"].map { $0 + name }.first { access($0, X_OK) == 0 }
    }

    init(on device: LoopDevice) throws {
        self.device = device
        folder = try TemporaryFolder(prefix: "mete-files")
        try folder.makeFolder("mounted")
        path = folder.file("mounted")
        try Self.run("mke2fs", [device.path])
        try Self.run("mount", ["-t", "ext4", device.path, path])
    }

    deinit {
        do {
            try Self.run("umount", [path])
        } catch {
            let line = "warning: \(path) is still mounted: \(error)\n"
            write(STDERR_FILENO, line, line.utf8.count)
        }
    }

    private static func run(_ name: String, _ arguments: [String]) throws {
        guard let program = program(name) else { throw ProcessError("find", name, cause: "it is not installed") }
        let process = try ChildProcess(Executable(path: program), arguments, errors: .discarded)
        guard process.waitForEnd()?.code == 0 else {
            throw ProcessError("run", ([program] + arguments).joined(separator: " "), cause: "\(process.exit as Any)")
        }
    }
}
