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

        /// Between what mete knows of it and what it tells the kernel side of that, a process begins to run another program.
        @Test func whatIsToldOfAFormerProgramIsNotListenedTo() throws {
            let folder = try TemporaryFolder(prefix: "mete-exec")
            let gate = folder.file("gate")
            try #require(mkfifo(gate, 0o600) == 0)
            var policy = Policy()
            var traffic = ComponentPolicy(id: Workload.component)
            traffic.match = [MatchClause(rules: [.executable(.regex("/mete-workload$"))])]
            policy.components = [traffic, ComponentPolicy(id: .rest)]
            var options = KernelProbes.Options()
            options.network = true
            options.memory = true
            let reader = PausingReader()
            let tracer = try Tracer(
                classifier: Classifier(policy), permanent: policy.components.map(\.id), options: options, reader: reader
            )
            let process = try ChildProcess(
                Executable(path: "/bin/sh"),
                [
                    "-c", "read line <\"$0\"; exec \"$1\" traffic udp4 1000 20000 hold", gate,
                    try Executable.sibling("mete-workload").path,
                ])
            try #require(Polling.wait { ProcessTree.name(of: process.identifier) == "sh" })
            reader.pause.set(process.identifier) {
                let file = open(gate, O_WRONLY)
                write(file, "\n", 1)
                Glibc.close(file)
                _ = Polling.wait { ProcessTree.name(of: process.identifier) == "mete-workload" }
            }
            // Long enough for a look at the memory of all processes.
            sleep(1)
            var sent: UInt64 = 0
            func close() throws {
                for sample in try tracer.closeWindow().samples where sample.component == Workload.component {
                    sent += sample.network.traffic[.udp4]?.sentBytes ?? 0
                }
            }
            try close()
            try #require(reader.pause.isOver, "it is to run another program meanwhile")
            try #require(Polling.wait(seconds: 60) { ProcessTree.name(of: process.identifier) == "settled" })
            for _ in 0..<3 { try close() }
            #expect(sent == 20_000_000)
        }

        /// Each is over before mete has looked at it, or just then.
        @Test func trafficOfShortProgramsIsTheirComponents() throws {
            var policy = Policy()
            var short = ComponentPolicy(id: Workload.component)
            short.match = [MatchClause(rules: [.executable(.regex("/mete-workload$"))])]
            policy.components = [short, ComponentPolicy(id: .rest)]
            var options = KernelProbes.Options()
            options.network = true
            let tracer = try Tracer(
                classifier: Classifier(policy), permanent: policy.components.map(\.id), options: options)
            let programs: UInt64 = Workload.isEmulated ? 60 : 300
            let script = "for i in $(seq \(programs)); do \"$0\" traffic udp4 1000 10 || exit; done"
            let process = try ChildProcess(
                Executable(path: "/bin/sh"), ["-c", script, try Executable.sibling("mete-workload").path])
            var sent: UInt64 = 0
            func close() throws {
                for sample in try tracer.closeWindow().samples where sample.component == Workload.component {
                    sent += sample.network.traffic[.udp4]?.sentBytes ?? 0
                }
            }
            while !process.hasEnded() { try close() }
            for _ in 0..<3 { try close() }
            try #require(process.exit?.code == 0)
            #expect(sent == programs * 10 * 1000)
        }

        /// What the only thread of a process does until it calls itself settled, and what its component does meanwhile.
        private static func follow(
            _ process: ChildProcess, with tracer: Tracer
        ) throws -> (thread: ThreadUsage?, component: (disk: DiskUsage, network: NetworkUsage)) {
            var sum: ThreadUsage?
            var component = (disk: DiskUsage(), network: NetworkUsage())
            func close() throws {
                usleep(20_000)
                for sample in try tracer.closeWindow().samples where sample.component == Workload.component {
                    component.disk += sample.disk
                    component.network += sample.network
                }
                guard let more = try tracer.threadUsage().first(where: { $0.thread.tid == process.identifier }) else {
                    return
                }
                sum?.use += more.use
                sum?.disk += more.disk
                sum = sum ?? more
            }
            while !process.hasEnded(), ProcessTree.name(of: process.identifier) != "settled" { try close() }
            try #require(!process.hasEnded())
            for _ in 0..<2 { try close() }
            return (sum, component)
        }

        @Test(arguments: SocketClass.allCases.filter { $0 != .other })
        func trafficIsCountedByThread(_ kind: SocketClass) throws {
            let tracer = try Self.tracer(network: true)
            let process = try Workload("traffic", kind.rawValue, "1000", "5000", "hold").process
            let (thread, component) = try Self.follow(process, with: tracer)
            let traffic = try #require(thread).use.traffic
            #expect(traffic.sentBytes == 5_000_000 && traffic.receivedBytes == 5_000_000, "\(traffic)")
            #expect(traffic == component.network.total, "the only thread is all of the component")
        }

        @Test(.enabled(if: LoopDevice.isPossible, "no loop device can be made here"))
        func diskRequestsAreCountedByThread() throws {
            let (disk, component) = try Workload.untilWhole {
                let device = try LoopDevice(megabytes: 64)
                let tracer = try Self.tracer(disk: true)
                let process = try Workload("disk", device.path, "4096", "5000", "hold").process
                let (thread, component) = try Self.follow(process, with: tracer)
                let disk = try #require(thread).disk
                return ((disk, component), disk.reads.requests == 5000 && disk.writes.requests == 5000)
            }
            #expect(disk.writes.requests == 5000 && disk.writes.bytes == 5000 * 4096, "\(disk)")
            #expect(disk.reads.requests == 5000 && disk.reads.bytes == 5000 * 4096, "\(disk)")
            #expect(disk == component.disk, "latency and all")
            let mean = try #require(disk.writes.meanLatency)
            #expect(mean > 1000 && mean < .perSecond, "\(mean) ns")
        }

        /// The last of so many components that a byte would not tell them apart.
        private static func crowded(_ options: KernelProbes.Options) throws -> Tracer {
            var policy = Policy()
            policy.components = (0..<300).map { index in
                var component = ComponentPolicy(id: ComponentID("absent-\(index)"))
                component.match = [MatchClause(rules: [.comm(.exact("absent-\(index)"))])]
                return component
            }
            var last = ComponentPolicy(id: Workload.component)
            last.match = [MatchClause(rules: [.commandLine(.regex("mete-workload"))])]
            policy.components += [last, ComponentPolicy(id: .rest)]
            return try Tracer(classifier: Classifier(policy), permanent: policy.components.map(\.id), options: options)
        }

        @Test func thereIsASlotForEachOfManyComponents() throws {
            var options = Watch.everything
            options.memory = false
            let tracer = try Self.crowded(options)
            let spinners = try Workload("spin", "60", "8").process
            let process = try Workload("traffic", "udp4", "1000", "2000").process
            let windows = try Self.windows(of: tracer, until: process)
            var usage = NetworkUsage()
            for sample in Self.samples(windows) { usage += sample.network }
            #expect(usage.traffic[.udp4]?.sentBytes == 2_000_000, "\(usage)")
            #expect(windows.allSatisfy { $0.limit == nil })
            usleep(300_000)
            _ = try tracer.closeWindow()
            #expect((tracer.latencies()[Workload.component]?.runQueueDelay.total ?? 0) > 10)
            let itself = Disturbance.Runner.component(Workload.component)
            #expect(tracer.disturbances().contains { $0.waiter == Workload.component && $0.runner == itself })
            withExtendedLifetime(spinners) {}
        }

        @Test func whatHasNoSlotIsTold() throws {
            var options = Watch.everything
            options.slots = SlotCount()
            let tracer = try Self.crowded(options)
            let process = try Workload("traffic", "udp4", "1000", "50000").process
            let windows = try Self.windows(of: tracer, until: process)
            // But for what it does while it is not known yet that it has none.
            let inRest = windows.flatMap(\.samples).filter { $0.component == .rest }
                .reduce(0) { $0 + ($1.network.traffic[.udp4]?.sentBytes ?? 0) }
            #expect(inRest > 25_000_000 && inRest <= 50_000_000)
            // 302 components, of which 255 have one.
            let limit = try #require(windows.last?.limit)
            #expect(limit.hasPrefix("47 components have no slot: "), "\(limit)")
        }

        @Test(.enabled(if: LoopDevice.isPossible, "no loop device can be made here"))
        func diskRequestsAreCountedToTheByte() throws {
            let (bytes, count) = (4096 as UInt64, 10_000 as UInt64)
            let (usage, windows, tracer) = try Workload.untilWhole {
                let device = try LoopDevice(megabytes: 64)
                let tracer = try Self.tracer(disk: true)
                let process = try Workload("disk", device.path, "\(bytes)", "\(count)").process
                let windows = try Self.windows(of: tracer, until: process)
                try #require(process.exit?.code == 0)
                let parts = windows.flatMap(\.disks).filter {
                    $0.component == Workload.component && $0.device == device.number
                }
                let usage = parts.reduce(into: DiskUsage()) { $0 += $1.usage }
                return ((usage, windows, tracer), usage.reads.requests == count && usage.writes.requests == count)
            }
            #expect(
                usage.writes.requests == count && usage.writes.bytes == bytes * count,
                "\(usage), \(windows.last?.losses as Any)")
            #expect(usage.reads.requests == count && usage.reads.bytes == bytes * count, "\(usage)")
            let all = tracer.latencies()
            let latencies = try #require(all[Workload.component])
            // From the new program's first request on, of whichever disk: the program itself may have to be read.
            let everywhere = Self.samples(windows).reduce(into: DiskUsage()) { $0 += $1.disk }
            #expect(latencies.diskReads.total == everywhere.reads.requests)
            #expect(latencies.diskWrites.total == everywhere.writes.requests)
            let median = try #require(latencies.diskWrites.quantile(0.5))
            let mean = try #require(usage.writes.meanLatency)
            #expect(median > 1000 && median < 20 * mean, "median \(median), mean \(mean) ns")
            #expect(windows.last?.losses.uncountedRequests == 0)
        }

        /// Half of a device is gone, and the kernel says so to whoever reads or writes there: EIO.
        @Test(.enabled(if: LoopDevice.isPossible, "no loop device can be made here"))
        func failedRequestsAreErrorsAndNothingElse() throws {
            let device = try LoopDevice(megabytes: 64, inMemory: true)
            try device.cutFile(megabytes: 32)
            let watch = try Watch()
            let file = open(device.path, O_RDWR | LoopDevice.direct | O_CLOEXEC)
            try #require(file >= 0)
            defer { close(file) }
            let block = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 4096)
            defer { block.deallocate() }
            block.initializeMemory(as: UInt8.self, repeating: 0, count: 4096)
            func requests(mustFail: Bool, _ request: (off_t) -> Int) throws -> (good: UInt64, bad: UInt64) {
                var (good, bad) = (0 as UInt64, 0 as UInt64)
                for megabyte in 0..<64 {
                    if request(off_t(megabyte) << 20) == 4096 {
                        good += 1
                    } else {
                        try #require(errno == EIO)
                        bad += 1
                    }
                }
                try #require(good + bad == 64 && (bad == 32 || !mustFail), "half of them is to fail: \(bad)")
                return (good, bad)
            }
            // Loop devices of Linux 6.1 read zeroes there; what is written fails on all.
            let reads = try requests(mustFail: !Workload.isEmulated) { pread(file, block, 4096, $0) }
            // One more, so that neither direction is taken for the other.
            let writes = try requests(mustFail: true) { pwrite(file, block, 4096, $0) }
            try #require(pwrite(file, block, 4096, 63 << 20) < 0 && errno == EIO)
            try watch.closeWindow()
            let usage = watch.all(of: device.number)
            #expect(usage.reads.errors == reads.bad && usage.writes.errors == writes.bad + 1, "\(usage)")
            #expect(usage.reads.requests == reads.good && usage.reads.bytes == 4096 * reads.good, "\(usage)")
            #expect(usage.writes.requests == writes.good && usage.writes.bytes == 4096 * writes.good, "\(usage)")
        }

        /// A process that reads and writes all the while, and tracing that begins in the midst of it.
        @Test(.enabled(if: LoopDevice.isPossible, "no loop device can be made here"))
        func theFirstWindowKnowsWhoseRequestsAre() throws {
            let device = try LoopDevice(megabytes: 256)
            let process = try Workload("disk", device.path, "4096", "60000").process
            try #require(Polling.wait { try device.ownCount().writes.requests > 0 })
            for _ in 0..<5 {
                let watch = try Watch()
                usleep(50_000)
                try watch.closeWindow()
                try #require(!process.hasEnded(), "it is to last")
                let mine = watch.workload(on: device.number)
                let others = watch.disks[device.number]?[.rest] ?? DiskUsage()
                #expect(mine.writes.requests + mine.reads.requests > (Workload.isEmulated ? 10 : 100))
                // The one that was on its way when tracing began, and the one when it was known whose they are.
                #expect(others.writes.requests + others.reads.requests <= 2, "\(others)")
                #expect(watch.losses.unattributedRequests == 0, "\(watch.losses)")
            }
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
            let spinners = try Workload("spin", "60", "\(3 * cpus)").process
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
