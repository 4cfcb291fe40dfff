import Glibc
import MeteControl
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// Usage is never lost: what the tracer counts for a process tree is what the kernel charged it, as wait4(2) tells.
    struct ConservationTests {
        /// A way to use CPUs, and the ring buffer it is measured with.
        struct Scenario: CustomTestStringConvertible {
            var name: String
            var arguments: [String]
            var ringBytes: UInt32 = 1 << 20
            /// Threads that end while it runs.
            var exits = 0.0
            /// Whether records are fetched only once the workload has ended.
            var drainsLate = false

            var testDescription: String { name }
        }

        /// On an emulated CPU up to 1.3 % of a storm of forks has been seen missing, some 25 µs per process; on real ones nothing.
        static let tolerance = Workload.isEmulated ? 0.02 : 0.01

        static let scenarios = [
            Scenario(name: "a storm of forks", arguments: ["forks", "2000", "200"], exits: 2000),
            Scenario(name: "threads shorter than a timer tick", arguments: ["threads", "2000", "300"], exits: 2000),
            Scenario(name: "threads that never leave the CPU", arguments: ["spin", "1", "2"]),
            Scenario(name: "more threads than CPUs", arguments: ["spin", "1", "9"]),
            Scenario(name: "a thread that mostly sleeps", arguments: ["sleep", "2"]),
            Scenario(
                name: "a storm of forks with a ring buffer of one page", arguments: ["forks", "3000", "200"],
                ringBytes: 4096, exits: 3000, drainsLate: true),
            Scenario(
                name: "more lost exits than there is room for by process", arguments: ["forks", "6000", "100"],
                ringBytes: 4096, exits: 6000, drainsLate: true),
            Scenario(
                name: "short threads with a ring buffer of one page", arguments: ["threads", "3000", "200"],
                ringBytes: 4096, exits: 3000, drainsLate: true),
        ]

        @Test(arguments: scenarios, [false, true])
        func countsWhatTheKernelCharged(_ scenario: Scenario, ownClock: Bool) throws {
            var options = KernelProbes.Options()
            options.ringBytes = scenario.ringBytes
            options.ownClock = ownClock
            let tracer = try Workload.tracer(options)
            let process = try Workload(scenario.arguments).process
            while !process.hasEnded() {
                usleep(20_000)
                if !scenario.drainsLate { _ = try tracer.closeWindow() }
            }
            let window = try tracer.closeWindow()

            let charged = Double(try #require(process.exit).cpuNanoseconds)
            let counted = Double(Workload.total(of: tracer).runTime)
            // Between fork and exec, a few ms where the CPU is emulated, the process is not known as the workload yet.
            #expect(counted >= (1 - Self.tolerance) * charged - 3_000_000, "counted \(counted) of \(charged) ns")
            // The kernel charges a process up to release_task(); what a thread runs from there to its last switch, which can be a whole
            // 50 µs on an emulated CPU, mete counts as well.
            #expect(
                counted <= (1 + Self.tolerance) * charged + scenario.exits * 50_000,
                "counted \(counted) of \(charged) ns")
            #expect(scenario.drainsLate == (window.losses.exitRecords > 0), "\(window.losses)")
            #expect(window.losses.unattributedThreads == 0)
        }

        /// With this many threads a sweep is made in every second window at most.
        @Test func everyWindowSeesAThreadThatNeverSwitches() throws {
            let crowd = try Workload("wakers", "60", "700", "1", "crowd").process
            let tracer = try Workload.tracer(KernelProbes.Options())
            let spinner = try Workload("spin", "3", "1").process
            try #require(Polling.wait { Self.threads(ofProcess: crowd.identifier) > 600 })
            var unseen = 0
            var windows = 0
            while !spinner.hasEnded() {
                let before = Self.runTime(ofProcess: spinner.identifier)
                usleep(100_000)
                let window = try tracer.closeWindow()
                #expect(window.threads > 600)
                // Half a window, so that a timer tick more or less does not matter; a spinner that got less tells nothing.
                guard let before, let after = Self.runTime(ofProcess: spinner.identifier), after - before > 50_000_000
                else { continue }
                windows += 1
                let usage = tracer.threadUsage().first { $0.thread.pid == spinner.identifier }?.cpu.runTime ?? 0
                if usage < 20_000_000 { unseen += 1 }
            }
            #expect(windows > 5, "the spinner hardly ran")
            #expect(unseen == 0, "of \(windows) windows")
        }

        @Test func threadsThatEndedUnseenAreGivenUp() throws {
            var options = KernelProbes.Options()
            options.ringBytes = 4096
            let tracer = try Tracer(classifier: Discovery(), permanent: [.rest], options: options)
            let before = try tracer.closeWindow().threads
            let process = try Workload("forks", "2000", "0").process
            while !process.hasEnded() { usleep(1000) }
            let window = try tracer.closeWindow()

            #expect(window.losses.exitRecords > 0, "the detector needs lost exits: \(window.losses)")
            #expect(window.threads < before + 100)
        }

        @Test(.enabled(if: DelayAccounting.current() == .kept, "kernel.task_delayacct is off"))
        func runQueueDelayIsWhatTheKernelKeeps() throws {
            let tracer = try Workload.tracer(KernelProbes.Options())
            let process = try Workload("spin", "2", "8").process
            var kept: Int64 = 0
            while !process.hasEnded() {
                usleep(50_000)
                kept = max(kept, Self.runDelay(ofProcess: process.identifier))
                _ = try tracer.closeWindow()
            }
            let counted = Workload.total(of: tracer).runQueueDelay
            #expect(kept > 2 * .perSecond, "eight spinners on few CPUs must wait")
            #expect(counted >= kept)
        }

        @Test func demandShowsWhatContentionHides() throws {
            var options = KernelProbes.Options()
            options.ownClock = DelayAccounting.current() != .kept
            let tracer = try Workload.tracer(options)
            let cpus = Double(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            let spinners = 4 * Int(cpus)
            let process = try Workload("spin", "2", "\(spinners)").process
            var usages: [Double] = []
            var demands: [Double] = []
            while !process.hasEnded() {
                usleep(100_000)
                let sample = try #require(tracer.closeWindow().samples.first { $0.component == Workload.component })
                usages.append(sample.usage)
                demands.append(sample.demand)
            }
            // Not each: the clock is read a moment before or after the counters, which on an emulated CPU is a long one.
            let usage = usages.sorted()[usages.count / 2]
            let demand = demands.sorted()[demands.count / 2]
            #expect(usage < cpus + 0.2, "usages \(usages)")
            #expect(demand > 0.8 * Double(spinners), "demands \(demands)")
        }

        private static func threads(ofProcess pid: Int32) -> Int {
            (try? KernelFile.folders(in: "/proc/\(pid)/task"))?.count ?? 0
        }

        /// Nanoseconds; nil once it has ended. The first field of schedstat (Documentation/scheduler/sched-stats.rst).
        private static func runTime(ofProcess pid: Int32) -> Int64? {
            (try? TextFile.read("/proc/\(pid)/schedstat")).flatMap { Int64($0.prefix { $0 != " " }) }
        }

        /// Sum over the live threads; the second field of schedstat (Documentation/scheduler/sched-stats.rst).
        private static func runDelay(ofProcess pid: Int32) -> Int64 {
            var sum: Int64 = 0
            for name in (try? KernelFile.folders(in: "/proc/\(pid)/task")) ?? [] {
                guard let text = try? TextFile.read("/proc/\(pid)/task/\(name)/schedstat") else { continue }
                let fields = text.split(separator: " ")
                sum += fields.count > 1 ? Int64(fields[1]) ?? 0 : 0
            }
            return sum
        }
    }
}
