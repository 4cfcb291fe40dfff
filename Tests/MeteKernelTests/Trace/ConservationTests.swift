import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// Usage is never lost: what the tracer counts for a process tree is what the kernel charged it.
    struct ConservationTests {
        /// A way to use CPUs, and the ring buffer it is measured with.
        struct Scenario: CustomTestStringConvertible {
            var name: String
            var arguments: [String]
            var ringBytes: UInt32 = 1 << 20
            /// Whether records are fetched only once the workload has ended, but for those of its beginning: which component it belongs to
            /// can be read only while it lives.
            var drainsLate = false

            var testDescription: String { name }
        }

        static let tolerance = 0.01
        /// Nanoseconds of one thread that fall to one side for the one account and to the other side for the other: from fork to exec or
        /// from its move into the group to the next update of its clock, once for the whole scenario. An emulated CPU takes a timer tick
        /// longer for it.
        static let beginning = Workload.isEmulated ? 6_000_000.0 : 2_000_000.0

        static let scenarios = [
            Scenario(name: "a storm of forks", arguments: ["forks", "2000", "200"]),
            Scenario(name: "threads shorter than a timer tick", arguments: ["threads", "2000", "300"]),
            Scenario(name: "threads that never leave the CPU", arguments: ["spin", "1", "2"]),
            Scenario(name: "more threads than CPUs", arguments: ["spin", "1", "9"]),
            Scenario(name: "a thread that mostly sleeps", arguments: ["sleep", "2"]),
            Scenario(
                name: "a storm of forks with a ring buffer of one page", arguments: ["forks", "3000", "200"],
                ringBytes: 4096, drainsLate: true),
            Scenario(
                name: "more lost exits than there is room for by process", arguments: ["forks", "6000", "100"],
                ringBytes: 4096, drainsLate: true),
            Scenario(
                name: "short threads with a ring buffer of one page", arguments: ["threads", "3000", "200"],
                ringBytes: 4096, drainsLate: true),
        ]

        @Test(arguments: scenarios, [false, true])
        func countsWhatTheKernelCharged(_ scenario: Scenario, ownClock: Bool) throws {
            var options = KernelProbes.Options()
            options.ringBytes = scenario.ringBytes
            options.ownClock = ownClock
            let account = try KernelAccount()
            let tracer = try account.tracer(options)
            let process = try account.start(scenario.arguments)
            var isSeen = false
            while !process.hasEnded() {
                usleep(isSeen ? 20_000 : 500)
                if isSeen && scenario.drainsLate { continue }
                let samples = try tracer.closeWindow().samples
                isSeen = isSeen || samples.contains { $0.component == Workload.component && $0.processes > 0 }
            }
            let window = try tracer.closeWindow()

            let charged = try account.charged()
            let counted = Double(Workload.total(of: tracer).runTime)
            let slack = Self.tolerance * charged + Self.beginning
            #expect(abs(counted - charged) <= slack, "counted \(counted) of \(charged) ns, by \(account)")
            #expect(scenario.drainsLate == (window.losses.exitRecords > 0), "\(window.losses)")
            #expect(window.losses.unattributedThreads == 0)
        }

        /// With this many threads a sweep is made in every second window at most.
        @Test func everyWindowSeesAThreadThatNeverSwitches() throws {
            let crowd = try Workload("wakers", "60", "700", "1", "crowd").process
            let tracer = try Workload.tracer(KernelProbes.Options())
            let spinner = try Workload("spin", "3", "1").process
            try #require(Polling.wait { try ProcessTree.threads(of: crowd.identifier).count > 600 })
            var unseen = 0
            var windows = 0
            while !spinner.hasEnded() {
                let before = Self.schedstat(0, ofProcess: spinner.identifier)
                usleep(100_000)
                let window = try tracer.closeWindow()
                #expect(window.threads > 600)
                // Half a window, so that a timer tick more or less does not matter; a spinner that got less tells nothing.
                guard Self.schedstat(0, ofProcess: spinner.identifier) - before > 50_000_000 else { continue }
                windows += 1
                let threads = try tracer.threadUsage().filter { $0.thread.pid == spinner.identifier }
                if threads.reduce(0, { $0 + $1.use.cpu.runTime }) < 20_000_000 { unseen += 1 }
            }
            #expect(windows > 5, "the spinner hardly ran")
            #expect(unseen == 0, "of \(windows) windows")
        }

        /// Two complete sweeps, which lost exits lead to, list those that have not moved as well.
        @Test func threadsThatSleepOutliveLostExits() throws {
            var options = KernelProbes.Options()
            options.ringBytes = 4096
            let sleeper = try Workload("wait").process
            let tracer = try Workload.tracer(options, matching: .commandLine(.regex("mete-workload wait")))
            let storm = try Workload("forks", "2000", "0").process
            var losses = TraceLosses()
            for _ in 0..<5 {
                usleep(100_000)
                losses = try tracer.closeWindow().losses
            }
            while !storm.hasEnded() { usleep(1000) }
            let window = try tracer.closeWindow()
            #expect(max(losses.exitRecords, window.losses.exitRecords) > 0, "the detector needs lost exits: \(losses)")
            #expect(window.samples.first { $0.component == Workload.component }?.processes == 1)
            withExtendedLifetime(sleeper) {}
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

        @Test func runQueueDelayIsWhatTheKernelKeeps() throws {
            let sysctl = DelayAccounting.current() == .kept ? nil : try HeldFile(DelayAccounting.sysctl, at: "1")
            defer { sysctl?.release() }
            try #require(DelayAccounting.current() == .kept)
            let tracer = try Workload.tracer(KernelProbes.Options())
            let process = try Workload("spin", "2", "8").process
            var kept: Int64 = 0
            while !process.hasEnded() {
                usleep(50_000)
                kept = max(kept, Self.schedstat(1, ofProcess: process.identifier))
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

        /// Sum over the live threads; schedstat has run time, then run-queue delay (Documentation/scheduler/sched-stats.rst).
        private static func schedstat(_ field: Int, ofProcess pid: Int32) -> Int64 {
            ((try? ProcessTree.threads(of: pid)) ?? []).reduce(0) { sum, tid in
                guard let text = try? TextFile.read("/proc/\(pid)/task/\(tid)/schedstat") else { return sum }
                let fields = text.split(separator: " ")
                return sum + (fields.count > field ? Int64(fields[field]) ?? 0 : 0)
            }
        }
    }
}
