import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// Totals against what the kernel itself counts, in other places than those that mete reads. Bytes, requests and messages are the same
    /// to the last one. Switches and faults are within one per cent: the kernel counts them from a process's birth, mete's component
    /// from the moment on at which the workload is its program.
    struct KernelCountsTests {
        private static func isNear(_ counted: UInt64, _ truth: UInt64) -> Bool {
            abs(Double(counted) - Double(truth)) <= 0.01 * Double(truth)
        }

        // MARK: Disks

        @Test(.enabled(if: LoopDevice.isPossible, "no loop device can be made here"))
        func directRequestsAreThoseOfProcPidIo() throws {
            let (bytes, count) = (4096 as UInt64, 5000 as UInt64)
            let device = try LoopDevice(megabytes: 64)
            let arguments = ["disk", device.path, "\(bytes)", "\(count)"]
            // Once without looking, so that the program is in memory and reads nothing but the device.
            try Workload(arguments).process.waitForEnd()
            let watch = try Watch()
            let process = try Workload(arguments).process
            try watch.follow(process)

            let truth = try CounterFile.read("/proc/\(process.identifier)/io")
            let counted = watch.workload(on: device.number)
            #expect(truth["read_bytes"] == bytes * count, "the detector: \(truth)")
            #expect(counted.reads.bytes == truth["read_bytes"])
            #expect(counted.writes.bytes == truth["write_bytes"])
            #expect(watch.losses.uncountedRequests == 0)
        }

        /// Through the page cache: the device says what got as far as it, and rchar what the program asked for.
        @Test(.enabled(if: LoopDevice.isPossible, "no loop device can be made here"))
        func cachedRequestsAreThoseOfTheDevice() throws {
            let size = 64 << 20 as UInt64
            let device = try LoopDevice(megabytes: 64)
            // What is cached is dropped when nobody has the device open any more.
            let holder = open(device.path, O_RDONLY | O_CLOEXEC)
            defer { close(holder) }
            let dd = try Executable.named("dd", remedy: "apt-get install coreutils")
            let watch = try Watch(of: .commandLine(.regex("/dd( |$)")))
            func run(_ arguments: String...) throws -> (asked: UInt64?, device: DiskUsage, workload: DiskUsage) {
                let (all, mine) = (watch.all(of: device.number), watch.workload(on: device.number))
                let before = try device.ownCount()
                let process = try ChildProcess(dd, arguments, errors: .discarded)
                try watch.follow(process)
                let asked = try CounterFile.read("/proc/\(process.identifier)/io")["rchar"]
                #expect(process.waitForEnd()?.code == 0)
                let counted = watch.all(of: device.number) - all
                let truth = try device.ownCount() - before
                #expect(counted.reads.bytes == truth.reads.bytes && counted.reads.requests == truth.reads.requests)
                // The device counts a flush as a write without bytes.
                #expect(counted.writes.bytes == truth.writes.bytes)
                return (asked, truth, watch.workload(on: device.number) - mine)
            }

            let first = try run("if=\(device.path)", "of=/dev/null", "bs=64k", "status=none")
            #expect(first.device.reads.bytes == size, "the detector")
            #expect(first.workload.reads.bytes == size)
            let again = try run("if=\(device.path)", "of=/dev/null", "bs=64k", "status=none")
            #expect(try #require(again.asked) >= size)
            #expect(again.workload.reads == DiskUsage.Direction(), "it came from memory")
            let written = try run(
                "if=/dev/zero", "of=\(device.path)", "bs=64k", "count=128", "conv=fsync,notrunc", "status=none")
            #expect(written.device.writes.bytes == 8 << 20, "the detector")
        }

        /// Of cgroup v1, whose counters run only where the group has a limit: here one that nothing reaches.
        @Test(.enabled(if: LoopDevice.isPossible && hasBlkio, "no loop device or no blkio controller of cgroup v1"))
        func requestsAreThoseOfTheBlkioGroup() throws {
            let device = try LoopDevice(megabytes: 64)
            let name = "mete-truth-\(UInt32.random(in: 0 ... .max))"
            let group = try ScratchGroup(named: name, in: .find(controller: "blkio"))
            let number = "\(device.number.major):\(device.number.minor)"
            try TextFile.write("\(number) 1000000000000", to: "\(group.path)/blkio.throttle.read_bps_device")
            let watch = try Watch(of: .cgroup(.exact("/\(name)")))
            let process = try ChildProcess(
                .sibling("mete-workload"), ["disk", device.path, "8192", "3000"], group: group)
            try watch.follow(process)

            let bytes = try CounterFile.read("\(group.path)/blkio.throttle.io_service_bytes")
            let requests = try CounterFile.read("\(group.path)/blkio.throttle.io_serviced")
            let counted = watch.workload(on: device.number)
            #expect(bytes["\(number) Read"] == 8192 * 3000, "the detector: \(bytes)")
            #expect(counted.reads.bytes == bytes["\(number) Read"])
            #expect(counted.writes.bytes == bytes["\(number) Write"])
            #expect(counted.reads.requests == requests["\(number) Read"])
            #expect(counted.writes.requests == requests["\(number) Write"])
        }

        private static var hasBlkio: Bool { (try? CPUHierarchy.find(controller: "blkio"))?.version == .v1 }

        // MARK: Network

        /// In a network namespace of its own, whose counters nobody else moves.
        @Test(arguments: [SocketClass.udp4, .udp6, .tcp4, .tcp6])
        func messagesAreThoseOfProcNet(_ kind: SocketClass) throws {
            let folder = try TemporaryFolder(prefix: "mete-net")
            let unshare = try Executable.named("unshare", remedy: "apt-get install util-linux")
            let script = """
                ip link set lo up && "$0" traffic \(kind.rawValue) 1000 3000 &&
                    cat /proc/net/snmp >\(folder.file("snmp")) && cat /proc/net/snmp6 >\(folder.file("snmp6"))
                """
            let watch = try Watch(of: .commandLine(.regex("mete-workload")))
            let process = try ChildProcess(
                unshare, ["-n", "/bin/sh", "-c", script, Executable.sibling("mete-workload").path])
            try watch.follow(process)
            try #require(process.waitForEnd()?.code == 0, "IPv6 may be switched off")

            let old = try CounterFile.readTitled(folder.file("snmp"))
            let new = try CounterFile.read(folder.file("snmp6"))
            let counted = try #require(watch.workload.network.traffic[kind])
            switch kind {
            case .udp4:
                #expect(counted.sentPackets == old["Udp OutDatagrams"])
                #expect(counted.receivedPackets == old["Udp InDatagrams"])
            case .udp6:
                #expect(counted.sentPackets == new["Udp6OutDatagrams"])
                #expect(counted.receivedPackets == new["Udp6InDatagrams"])
            default:
                // Those of the beginning and the end of the connection are in no call of a thread.
                #expect(Self.isNear(counted.sentPackets, try #require(old["Tcp OutSegs"])), "\(counted) \(old)")
                #expect(Self.isNear(counted.receivedPackets, try #require(old["Tcp InSegs"])), "\(counted) \(old)")
            }
        }

        // MARK: CPU

        @Test func switchesAreThoseOfGetrusage() throws {
            let watch = try Watch(of: .commandLine(.regex("/mete-workload switches 1 2$")))
            let process = try Workload("switches", "1", "2").process
            try watch.follow(process)
            let truth = try #require(process.waitForEnd())
            let counted = watch.workload.cpu
            #expect(truth.voluntarySwitches > 2000, "the detector")
            #expect(
                Self.isNear(counted.voluntarySwitches, truth.voluntarySwitches),
                "\(counted.voluntarySwitches) of \(truth.voluntarySwitches)")
            #expect(
                Self.isNear(
                    counted.voluntarySwitches + counted.involuntarySwitches,
                    truth.voluntarySwitches + truth.involuntarySwitches))
        }

        @Test func faultsAreThoseOfGetrusage() throws {
            let forks = Workload.isEmulated ? 1000 : 3000
            let watch = try Watch(of: .commandLine(.regex("/mete-workload forks \(forks) 0$")))
            let process = try Workload("forks", "\(forks)", "0").process
            try watch.follow(process)
            let truth = try #require(process.waitForEnd())
            let counted = watch.workload.faults
            #expect(truth.minorFaults > 10 * forks, "the detector")
            #expect(Self.isNear(counted.minor, truth.minorFaults), "\(counted.minor) of \(truth.minorFaults)")
            #expect(counted.major <= truth.majorFaults)
        }
    }
}
