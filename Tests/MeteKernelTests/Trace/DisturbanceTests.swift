import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// What kept threads from the CPU beside other threads: quotas against the group's own count, the hypervisor against the machine's.
    struct DisturbanceTests {
        /// Of the workload's waits, by what stood in its way.
        private struct Reading {
            var delay: Nanoseconds
            /// As the sample has it.
            var sampled: Nanoseconds
            var times: [Disturbance.Runner: Nanoseconds]

            var throttled: Nanoseconds { times[.throttled] ?? 0 }
            var total: Nanoseconds { times.values.reduce(0, +) }
        }

        private static func tracer() throws -> Tracer {
            var options = KernelProbes.Options()
            options.delayHistograms = true
            options.ownClock = DelayAccounting.current() != .kept
            return try Workload.tracer(options, matching: .commandLine(.regex("mete-workload spin 600")))
        }

        /// What has happened since the last reading, a second and a half ago.
        private static func read(_ tracer: Tracer) throws -> Reading {
            usleep(1_500_000)
            let samples = try tracer.closeWindow().samples
            let sample = try #require(samples.first { $0.component == Workload.component })
            let mine = tracer.disturbances().filter { $0.waiter == Workload.component }
            return Reading(
                delay: sample.cpu.runQueueDelay, sampled: sample.throttled,
                times: Dictionary(mine.map { ($0.runner, $0.time) }, uniquingKeysWith: +))
        }

        /// Has the kernel side know what is a component of its own, and leaves out what was before.
        private static func settle(_ tracer: Tracer) throws {
            for _ in 0..<2 {
                usleep(300_000)
                _ = try tracer.closeWindow()
            }
        }

        /// A wait is counted when it ends: two periods of 100 ms may be counted at one side only, and as much again in an emulator.
        private static func isNear(_ time: Nanoseconds, _ truth: Nanoseconds) -> Bool {
            abs(time - truth) < 400_000_000
        }

        /// Before the group goes, which has to be empty then.
        private static func end(_ processes: [ChildProcess], in group: ScratchGroup) {
            for process in processes { process.kill() }
        }

        @Test func aQuotaThatHoldsAThreadBackIsNamed() throws {
            let group = try ScratchGroup(named: "mete-test-quota", in: CPUHierarchy.find())
            let tracer = try Self.tracer()
            let spinner = try ChildProcess(.sibling("mete-workload"), ["spin", "600", "1", "0"], group: group)
            defer { Self.end([spinner], in: group) }
            try Self.settle(tracer)
            let free = try Self.read(tracer)
            #expect(free.throttled == 0, "without a quota none is named: \(free)")

            try group.setQuota(0.2)
            try Self.settle(tracer)
            let before = try group.throttledTime()
            _ = try tracer.closeWindow()
            let held = try Self.read(tracer)
            let truth = try group.throttledTime() - before
            try #require(truth > 800_000_000, "the kernel holds it back for most of the time: \(truth)")
            #expect(Self.isNear(held.throttled, truth), "\(held) of \(truth)")
            #expect(held.sampled == held.throttled, "\(held)")
            #expect(Self.isNear(held.total, held.delay), "\(held)")
            #expect((held.times[.idle] ?? 0) < held.throttled / 4, "\(held)")

            try group.setQuota(nil)
            try Self.settle(tracer)
            let after = try Self.read(tracer)
            #expect(after.throttled == 0, "\(after)")
        }

        /// The quota is of the group above, and meanwhile somebody else has the CPU.
        @Test func aQuotaComesBeforeWhoRanMeanwhile() throws {
            let group = try ScratchGroup(named: "mete-test-quota", in: CPUHierarchy.find())
            let tracer = try Self.tracer()
            let spinner = try Workload("spin", "600", "1", "0").process
            let other = try Workload("spin", "601", "1", "0").process
            defer { Self.end([spinner, other], in: group) }
            try group.makeChild(named: "below", with: spinner.identifier)
            try Self.settle(tracer)
            let free = try Self.read(tracer)
            #expect(free.throttled == 0, "\(free)")
            let contended = free.times[.component(.rest)] ?? 0
            #expect(contended > free.total / 2, "without a quota the other is in its way: \(free)")

            try group.setQuota(0.1)
            try Self.settle(tracer)
            let before = try group.throttledTime()
            _ = try tracer.closeWindow()
            let held = try Self.read(tracer)
            let truth = try group.throttledTime() - before
            try #require(truth > 800_000_000, "\(truth)")
            #expect(Self.isNear(held.throttled, truth), "\(held) of \(truth)")
            #expect(held.times[.component(.rest)] ?? 0 < held.total / 2, "\(held)")
        }

        /// Threads that were asleep when their group ran out of its quota, and that another CPU may wake up.
        @Test func aQuotaIsNamedToThreadsThatWakeUpMeanwhile() throws {
            let group = try ScratchGroup(named: "mete-test-quota", in: CPUHierarchy.find())
            var options = KernelProbes.Options()
            options.delayHistograms = true
            options.ownClock = DelayAccounting.current() != .kept
            let tracer = try Workload.tracer(options, matching: .commandLine(.regex("mete-workload wakers 600")))
            let wakers = try ChildProcess(.sibling("mete-workload"), ["wakers", "600", "8", "50"], group: group)
            let spinner = try ChildProcess(.sibling("mete-workload"), ["spin", "601", "4"], group: group)
            defer { Self.end([wakers, spinner], in: group) }
            try Self.settle(tracer)
            let free = try Self.read(tracer)
            #expect(free.throttled == 0, "\(free)")

            try group.setQuota(0.2)
            try Self.settle(tracer)
            let held = try Self.read(tracer)
            #expect(held.throttled > held.total / 2, "\(held)")
            #expect(held.throttled <= held.total, "\(held)")
        }

        /// Or components that come and go would fill the kernel's map for good.
        @Test func whoHasEndedIsForgotten() throws {
            var options = KernelProbes.Options()
            options.delayHistograms = true
            options.ownClock = DelayAccounting.current() != .kept
            options.disturbancesKept = 200 * .perMillisecond
            let tracer = try Workload.tracer(options, matching: .commandLine(.regex("mete-workload spin 600")))
            let spinners = try Workload("spin", "600", "2", "0").process
            let itself = Disturbance.Runner.component(Workload.component)
            func remembered() throws -> Int {
                usleep(100_000)
                _ = try tracer.closeWindow()
                return tracer.rememberedDisturbances(of: Workload.component)
            }
            var left = 0
            for _ in 0..<100 where left == 0 { left = try remembered() }
            try #require(left > 0)
            #expect(tracer.disturbances().contains { $0.waiter == Workload.component && $0.runner == itself })
            spinners.kill()
            for _ in 0..<100 where left > 0 { left = try remembered() }
            #expect(left == 0)
        }

        /// One of two that always want the same CPU waits at any time: what was stolen from the CPU is in the waits of the two.
        @Test func whatTheHypervisorTookIsWhatTheMachineCounts() throws {
            let tracer = try Self.tracer()
            let spinners = try Workload("spin", "600", "2", "0").process
            try Self.settle(tracer)
            let before = try Self.stolen(fromCPU: 0)
            var (stolen, truth) = (0 as Nanoseconds, 0 as Nanoseconds)
            for _ in 0..<8 where truth < 2 * Self.leastSteal {
                let reading = try Self.read(tracer)
                stolen += reading.times[.steal] ?? 0
                truth = try Self.stolen(fromCPU: 0) - before
            }
            guard truth > Self.leastSteal else {
                let line = "skipped: the hypervisor took \(truth) ns of CPU 0, too little to find again\n"
                write(STDERR_FILENO, line, line.utf8.count)
                #expect(stolen < 2 * Self.leastSteal, "what was not taken is not named: \(stolen)")
                return
            }
            // The machine counts in ticks, and waits are counted when they end.
            #expect(abs(stolen - truth) < truth / 2 + 50 * .perMillisecond, "\(stolen) of \(truth)")
            withExtendedLifetime(spinners) {}
        }

        /// Less of it is within what waits that are open and ticks of the clock may hide.
        private static let leastSteal = 300 * Nanoseconds.perMillisecond

        /// In nanoseconds, from /proc/stat: the eighth number (proc_stat(5)).
        private static func stolen(fromCPU cpu: Int) throws -> Nanoseconds {
            let line = try TextFile.read("/proc/stat").split(separator: "\n").first { $0.hasPrefix("cpu\(cpu) ") }
            let fields = try #require(line).split(separator: " ")
            let ticks = try #require(Nanoseconds(fields[8]))
            return ticks * .perSecond / Nanoseconds(sysconf(Int32(_SC_CLK_TCK)))
        }
    }
}
