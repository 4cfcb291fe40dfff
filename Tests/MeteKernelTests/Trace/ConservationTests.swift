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

        /// Of a storm; an emulated CPU takes ten times as long for it.
        private static let many = Workload.isEmulated ? "500" : "2000"

        static let scenarios = [
            Scenario(name: "a storm of forks", arguments: ["forks", many, "200"]),
            Scenario(name: "threads shorter than a timer tick", arguments: ["threads", many, "300"]),
            Scenario(name: "threads that never leave the CPU", arguments: ["spin", "1", "2"]),
            Scenario(name: "more threads than CPUs", arguments: ["spin", "1", "9"]),
            Scenario(name: "a thread that mostly sleeps", arguments: ["sleep", "2"]),
            Scenario(
                name: "a storm of forks with a ring buffer of one page", arguments: ["forks", many, "200"],
                ringBytes: 4096, drainsLate: true),
            Scenario(
                name: "more lost exits than there is room for by process", arguments: ["forks", "6000", "100"],
                ringBytes: 4096, drainsLate: true),
            Scenario(
                name: "short threads with a ring buffer of one page", arguments: ["threads", many, "200"],
                ringBytes: 4096, drainsLate: true),
        ]

        /// An emulated CPU takes long for all of this: there it is done with the clock that the agent would use.
        static let clocks = Workload.isEmulated ? [DelayAccounting.current() != .kept] : [false, true]

        @Test(arguments: scenarios, clocks)
        func countsWhatTheKernelCharged(_ scenario: Scenario, ownClock: Bool) throws {
            var (excess, words) = try excess(scenario, ownClock: ownClock)
            // An emulated CPU stands still for as long as a busy host likes, also between the two accounts; what mete does not count, or
            // counts twice, is wrong every time.
            for _ in 1..<(Workload.isEmulated ? 3 : 1) where excess > 0 {
                (excess, words) = try self.excess(scenario, ownClock: ownClock)
            }
            #expect(excess <= 0, "\(words)")
        }

        /// By how much more than they may the tracer's account and the kernel's are apart, in nanoseconds.
        private func excess(_ scenario: Scenario, ownClock: Bool) throws -> (amount: Double, words: String) {
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
            #expect(scenario.drainsLate == (window.losses.exitRecords > 0), "\(window.losses)")
            #expect(window.losses.unattributedThreads == 0)
            return (abs(counted - charged) - slack, "counted \(counted) of \(charged) ns, by \(account)")
        }

        /// With this many threads a sweep is made in every second window at most.
        @Test func everyWindowSeesAThreadThatNeverSwitches() throws {
            // More would take all of an emulated CPU.
            let wakers = Workload.isEmulated ? 300 : 700
            let crowd = try Workload("wakers", "60", "\(wakers)", "1", "crowd").process
            let tracer = try Workload.tracer(KernelProbes.Options())
            let spinner = try Workload("spin", Workload.isEmulated ? "6" : "3", "1").process
            try #require(Polling.wait { try ProcessTree.threads(of: crowd.identifier).count >= wakers })
            var unseen = 0
            var windows = 0
            while !spinner.hasEnded() {
                let before = Self.schedstat(0, ofProcess: spinner.identifier)
                usleep(100_000)
                let window = try tracer.closeWindow()
                #expect(window.threads >= wakers)
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

        /// Of threads that never sleep, of which every kernel keeps the truth.
        @Test(arguments: [false, true])
        func runQueueDelayIsWhatTheKernelKeeps(ownClock: Bool) throws {
            let sysctl = DelayAccounting.isKept ? nil : try HeldFile(DelayAccounting.sysctl, at: "1")
            defer { sysctl?.release() }
            try #require(DelayAccounting.isKept)
            var options = KernelProbes.Options()
            options.ownClock = ownClock
            let tracer = try Workload.tracer(options)
            let process = try Workload("spin", Workload.isEmulated ? "8" : "2", "8").process
            var kept: ClosedRange<Int64> = 0...0
            var counted: Int64 = 0
            while !process.hasEnded() {
                usleep(50_000)
                let before = Self.schedstat(1, ofProcess: process.identifier)
                _ = try tracer.closeWindow()
                let after = Self.schedstat(1, ofProcess: process.identifier)
                // Once the first thread has ended the sum is less.
                guard before > kept.lowerBound, after >= before else { continue }
                kept = before...after
                counted = Workload.total(of: tracer).runQueueDelay
            }
            try #require(kept.lowerBound > 2 * .perSecond, "eight spinners on few CPUs must wait")
            // The kernel counts waits when they are over, the tracer those that are open as well.
            let open = 8 * 100 * Int64.perMillisecond
            #expect(counted > kept.lowerBound - kept.lowerBound / 50, "\(counted) of \(kept)")
            #expect(counted < kept.upperBound + kept.upperBound / 50 + open, "\(counted) of \(kept)")
        }

        /// Threads that say by themselves how long they have waited: one sleeps and is taken from CPU to CPU meanwhile, one never sleeps.
        @Test(.enabled(if: sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1, "one CPU"), arguments: ["100", "0"])
        func sleepIsNoWait(nap: String) throws {
            let sysctl = DelayAccounting.isKept ? nil : try? HeldFile(DelayAccounting.sysctl, at: "1")
            defer { sysctl?.release() }
            var options = KernelProbes.Options()
            options.ownClock = DelayAccounting.current() != .kept
            let folder = try TemporaryFolder(prefix: "mete-naps")
            let load = try (0...1).map { try Workload("spin", "600", "2", "\($0)").process }
            let tracer = try Workload.tracer(options)
            let process = try ChildProcess(
                .sibling("mete-workload"), ["naps", "3", nap], output: .file(folder.file("said")))
            var counted: Nanoseconds = 0
            func close() throws {
                _ = try tracer.closeWindow()
                let napper = try tracer.threadUsage().first { $0.name == "napper" }
                counted += napper?.use.cpu.runQueueDelay ?? 0
            }
            func said() -> [Nanoseconds] {
                ((try? folder.text("said")) ?? "").split(whereSeparator: \.isWhitespace).compactMap { Nanoseconds($0) }
            }
            while said().count < 2, !process.hasEnded() {
                usleep(50_000)
                try close()
            }
            try close()
            let words = said()
            try #require(words.count == 2, "it waited, and the kernel keeps, so many nanoseconds")
            let (waited, kept) = (words[0], words[1])
            func isNear(_ time: Nanoseconds) -> Bool { abs(time - waited) < waited / 10 + 50 * .perMillisecond }
            #expect(isNear(counted), "\(counted) of \(waited) ns, of which the kernel keeps \(kept)")
            if nap == "0" { try #require(waited > .perSecond, "a spinner beside two others waits: \(waited)") }
            if DelayAccounting.isKept, !isNear(kept) {
                #expect(DelayAccounting.current() == .withSleep, "the kernel keeps \(kept) of \(waited) ns")
            }
            withExtendedLifetime(load) {}
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
