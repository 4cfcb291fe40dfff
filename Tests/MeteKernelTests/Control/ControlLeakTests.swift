import Glibc
import MeteControl
import MeteModel
import MeteTestSupport
import Testing

extension KernelTests {
    /// The kernel's own account of deadline bandwidth, read through a debugfs mount of the test's own.
    struct ControlLeakTests {
        private final class Debugfs {
            let path: String

            init() throws {
                path = "/tmp/mete-debugfs-\(getpid())"
                try KernelFile.makeFolder(path)
                if mount("none", path, "debugfs", 0, nil) != 0 {
                    let cause = Errno(errno)
                    rmdir(path)
                    throw cause
                }
            }

            deinit {
                umount(path)
                rmdir(path)
            }
        }

        /// What `mete-workload reserve` takes.
        private static let cores = 0.05

        /// Threads that leave, so that a single odd reading decides nothing.
        private static let sleepers = 5

        private let debugfs: Debugfs

        init() throws {
            debugfs = try Debugfs()
            // What other tests reserved may be booked until a second after its threads ended.
            let path = debugfs.path
            Polling.wait(seconds: 10) {
                let bandwidth = DeadlineBandwidth.measure(debugfs: path)
                return bandwidth.booked.map { $0 >= 0 } == true
                    && (bandwidth.leaked ?? 0) < DeadlineBandwidth.noticeable
            }
        }

        /// Cores that are booked in the root domain: the reading that two in a row agree on.
        private func booked() throws -> Double {
            var last = -1.0
            for _ in 0..<50 {
                let next = try #require(DeadlineBandwidth.booked(debugfs: debugfs.path))
                if next == last { return next }
                last = next
                usleep(20_000)
            }
            return last
        }

        /// Threads that sleep, and have done so for longer than it takes the fair scheduler to dequeue them.
        private func makeSleepers() throws -> [ChildProcess] {
            let sleepers = try (0..<Self.sleepers).map { _ in try Workload("wait").process }
            usleep(300_000)
            return sleepers
        }

        private func run(_ mode: String, _ process: ChildProcess) throws {
            let helper = try Workload(mode, "\(process.identifier)").process
            while !helper.hasEnded() { usleep(1000) }
            #expect(helper.exit?.code == 0, "mete-workload \(mode)")
        }

        @Test func leavingInOneStepLeaksAndTheRepairFreesIt() throws {
            let before = try booked()
            let sleepers = try makeSleepers()
            for sleeper in sleepers { try run("reserve", sleeper) }
            let held = try booked()
            // Past the zero-lag time, at which the kernel looks whether the thread is still reserved.
            usleep(300_000)
            for sleeper in sleepers { try run("leave", sleeper) }
            for sleeper in sleepers { sleeper.kill() }
            let leaked = try booked()
            #expect(held - before > 0.9 * Double(Self.sleepers) * Self.cores)
            #expect(leaked - before > 0.9 * Double(Self.sleepers) * Self.cores)
            #expect((DeadlineBandwidth.measure(debugfs: debugfs.path).leaked ?? 0) > Self.cores)
            let folder = try TemporaryFolder(prefix: "mete-repair")
            try DeadlineLeak.repair(.discover(), stateFolder: folder.path, debugfs: debugfs.path)
            // Against what is counted: a rebuild on 6.12 now and then loses the fair servers' bandwidth, and finds it again. Older kernels
            // rebuild the domains in a work item of its own.
            let isRepaired = try Polling.wait(seconds: 20) {
                let bandwidth = DeadlineBandwidth.measure(debugfs: debugfs.path)
                return try #require(bandwidth.leaked) < Self.cores / 2
            }
            #expect(isRepaired)
        }

        @Test func leavingInTwoStepsDoesNotLeak() throws {
            let before = try booked()
            let sleepers = try makeSleepers()
            for sleeper in sleepers { try run("reserve", sleeper) }
            usleep(300_000)
            let held = try booked()
            for sleeper in sleepers {
                let key = ThreadKey(
                    id: sleeper.identifier, startTicks: try ThreadStat.read(sleeper.identifier).startTicks)
                try Setting.scheduling(key).write(.scheduling(SchedulingAttributes(policy: 0, nice: 5)))
                #expect(try SchedulingAttributes.read(sleeper.identifier).nice == 5)
            }
            for sleeper in sleepers { sleeper.kill() }
            #expect(held - before > 0.9 * Double(Self.sleepers) * Self.cores)
            #expect(abs(try booked() - before) < Self.cores / 2)
        }
    }
}
