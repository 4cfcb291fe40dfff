import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// Disks and network: what the kernel side counts against what a program did that is known to the byte.
    struct ResourceTests {
        private static func tracer(disk: Bool = false, network: Bool = false) throws -> Tracer {
            var options = KernelProbes.Options()
            options.disk = disk
            options.network = network
            options.delayHistograms = true
            options.ownClock = DelayAccounting.current() != .kept
            return try Workload.tracer(options)
        }

        /// Closes windows until a process has ended, and once more.
        private static func windows(of tracer: Tracer, until process: ChildProcess) throws -> [TraceWindow] {
            var windows: [TraceWindow] = []
            while !process.hasEnded() {
                usleep(20_000)
                windows.append(try tracer.closeWindow())
            }
            windows.append(try tracer.closeWindow())
            return windows
        }

        private static func samples(_ windows: [TraceWindow]) -> [UsageSample] {
            windows.flatMap(\.samples).filter { $0.component == Workload.component }
        }

        @Test(arguments: SocketClass.allCases.filter { $0 != .other })
        func trafficIsCountedToTheByte(_ kind: SocketClass) throws {
            let (bytes, count) = (1000 as UInt64, 2000 as UInt64)
            let tracer = try Self.tracer(network: true)
            let process = try Workload("traffic", kind.rawValue, "\(bytes)", "\(count)").process
            let windows = try Self.windows(of: tracer, until: process)
            try #require(process.exit?.code == 0, "IPv6 may be switched off")
            var usage = NetworkUsage()
            for sample in Self.samples(windows) { usage += sample.network }
            let traffic = try #require(usage.traffic[kind], "\(usage)")
            #expect(traffic.sentBytes == bytes * count)
            #expect(traffic.receivedBytes == bytes * count, "a look ahead brings nothing")
            switch kind {
            // Each message is a segment, and acknowledgements and the handshake are others.
            case .tcp4, .tcp6: #expect(traffic.sentPackets >= count && traffic.sentPackets <= 3 * count, "\(traffic)")
            default: #expect(traffic.sentPackets == count && traffic.receivedPackets >= count, "\(traffic)")
            }
            #expect(usage.total.sentBytes == traffic.sentBytes, "of no other kind")
        }

        @Test func trafficIsCountedByThread() throws {
            let tracer = try Self.tracer(network: true)
            let process = try Workload("traffic", "tcp4", "1000", "20000").process
            var sent: UInt64 = 0
            while !process.hasEnded() {
                usleep(20_000)
                _ = try tracer.closeWindow()
                let threads = try tracer.threadUsage().filter { $0.thread.pid == process.identifier }
                sent += threads.reduce(0) { $0 + $1.use.traffic.sentBytes }
            }
            // What it sent between the last window and its end has no thread any more to show it.
            #expect(sent > 0 && sent <= 20_000_000, "\(sent)")
        }

        @Test(.enabled(if: LoopDevice.isPossible, "no loop device can be made here"))
        func diskRequestsAreCountedToTheByte() throws {
            let (bytes, count) = (4096 as UInt64, 10_000 as UInt64)
            let device = try LoopDevice(megabytes: 64)
            let tracer = try Self.tracer(disk: true)
            let process = try Workload("disk", device.path, "\(bytes)", "\(count)").process
            let windows = try Self.windows(of: tracer, until: process)
            try #require(process.exit?.code == 0)
            let parts = windows.flatMap(\.disks).filter {
                $0.component == Workload.component && $0.device == device.number
            }
            var usage = DiskUsage()
            for part in parts { usage += part.usage }
            #expect(usage.writes.requests == count && usage.writes.bytes == bytes * count, "\(usage)")
            #expect(usage.reads.requests == count && usage.reads.bytes == bytes * count, "\(usage)")
            let all = tracer.latencies()
            let latencies = try #require(all[Workload.component])
            // What was complete before mete had looked at the new program is with the rest.
            let early = all[.rest] ?? ComponentLatencies()
            #expect(latencies.diskReads.total > count / 2)
            #expect(latencies.diskReads.total + early.diskReads.total >= count)
            #expect(latencies.diskWrites.total + early.diskWrites.total >= count)
            let median = try #require((latencies.diskWrites.total > 0 ? latencies : early).diskWrites.quantile(0.5))
            let mean = try #require(usage.writes.meanLatency)
            #expect(median > 1000 && median < 20 * mean, "median \(median), mean \(mean) ns")
            #expect(windows.last?.losses.uncountedRequests == 0)
        }

        @Test func residentMemoryIsWhatTheKernelSays() throws {
            var options = KernelProbes.Options()
            options.memory = true
            let tracer = try Workload.tracer(options, matching: .commandLine(.regex("mete-workload memory 64$")))
            let process = try Workload("memory", "64").process
            // VmRSS of status, in KiB.
            func resident() throws -> UInt64 {
                let line = try TextFile.read("/proc/\(process.identifier)/status").split(separator: "\n").first {
                    $0.hasPrefix("VmRSS:")
                }
                let field = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
                return try #require(field.flatMap { UInt64($0) }) * 1024
            }
            var memory = MemoryUsage()
            try #require(
                Polling.wait(seconds: 30) {
                    memory =
                        try tracer.closeWindow().samples.first { $0.component == Workload.component }?.memory
                        ?? MemoryUsage()
                    return memory.anonymous >= 64 << 20
                })
            let truth = try resident()
            // The kernel counts pages in batches per CPU, and says sums of them that are not quite up to date.
            #expect(
                memory.resident > truth - truth / 50 && memory.resident < truth + truth / 50,
                "\(memory.resident) of \(truth)")
            #expect(memory.anonymous <= memory.resident)
        }

        @Test func delaysAreInTheHistogramOfTheirComponent() throws {
            let tracer = try Self.tracer()
            let cpus = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            let spinners = try Workload("spin", "2", "\(3 * cpus)").process
            // At first the kernel does not know that these are a component of their own.
            usleep(500_000)
            _ = try tracer.closeWindow()
            _ = tracer.latencies()
            usleep(1_000_000)
            let samples = try tracer.closeWindow().samples
            let delays = try #require(tracer.latencies()[Workload.component]).runQueueDelay
            let cpu = try #require(samples.first { $0.component == Workload.component }).cpu
            let switches = cpu.voluntarySwitches + cpu.involuntarySwitches
            #expect(delays.total > switches / 2 && delays.total < switches * 2, "\(delays.total) of \(switches)")
            let median = try #require(delays.quantile(0.5))
            let mean = cpu.runQueueDelay / Nanoseconds(max(1, switches))
            #expect(median > mean / 8 && median < 8 * mean, "median \(median), mean \(mean)")
            withExtendedLifetime(spinners) {}
        }

        /// Two components on one CPU: while one waits, the other has it.
        @Test func whoRanWhileOthersWaitedIsNamed() throws {
            var options = KernelProbes.Options()
            options.delayHistograms = true
            options.ownClock = DelayAccounting.current() != .kept
            var policy = Policy()
            policy.components = ["one", "two"].enumerated().map { index, name in
                var component = ComponentPolicy(id: ComponentID(name))
                component.match = [MatchClause(rules: [.commandLine(.regex("mete-workload spin 60\(index) 1 0"))])]
                return component
            }
            policy.components.append(ComponentPolicy(id: .rest))
            let tracer = try Tracer(
                classifier: Classifier(policy), permanent: policy.components.map(\.id), options: options)
            let alone = try Workload("spin", "600", "1", "0").process
            usleep(300_000)
            _ = try tracer.closeWindow()
            let other = try Workload("spin", "601", "1", "0").process
            usleep(300_000)
            _ = try tracer.closeWindow()
            usleep(1_000_000)
            let samples = try tracer.closeWindow().samples
            let found = tracer.disturbances()
            for (waiter, runner) in [("one", "two"), ("two", "one")] {
                let waited = try #require(samples.first { $0.component == ComponentID(waiter) }).cpu.runQueueDelay
                let mine = found.filter { $0.waiter == ComponentID(waiter) }
                let total = mine.reduce(0) { $0 + $1.time }
                #expect(total > waited / 2 && total < waited * 2, "\(total) of \(waited)")
                let culprit = mine.first { $0.runner == .component(ComponentID(runner)) }?.time ?? 0
                let itself = mine.first { $0.runner == .component(ComponentID(waiter)) }?.time ?? 0
                #expect(culprit > total / 3, "\(mine)")
                #expect(itself < total / 10, "its one thread cannot stand in its own way: \(mine)")
            }
            withExtendedLifetime((alone, other)) {}
        }
    }
}
