import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// Memory and stalls, against what a program is known to have and what the kernel says elsewhere.
    struct MemoryTruthTests {
        private static let megabyte = 1 << 20 as UInt64
        private static let unified = try? CPUHierarchy.unifiedMountPoint()

        private static let tellsStalls = (try? TextFile.read("/proc/pressure/memory")) != nil && unified != nil

        /// Whether a group can be short of memory here: v2 has the controller.
        private static let hasMemoryController: Bool = {
            guard let unified, let controllers = try? TextFile.read("\(unified)/cgroup.controllers") else {
                return false
            }
            return controllers.split(whereSeparator: \.isWhitespace).contains("memory")
        }()

        // MARK: Memory

        /// Adds up what smaps says of each mapping of a process.
        private static func smaps(_ pid: pid_t) throws -> (sums: [String: UInt64], mappings: Int) {
            var sums: [String: UInt64] = [:]
            var mappings = 0
            for line in try TextFile.read("/proc/\(pid)/smaps").split(separator: "\n") {
                let words = line.split(separator: " ")
                guard words.count == 3, words[2] == "kB", let kibibytes = UInt64(words[1]) else { continue }
                sums[String(words[0].dropLast()), default: 0] += kibibytes << 10
                if words[0] == "Size:" { mappings += 1 }
            }
            return (sums, mappings)
        }

        /// 40 MiB written to, 24 called cold, 32 given back, and 16 shared with a child: of the two processes together, all is known.
        @Test func memoryIsWhatTheProcessesHave() throws {
            var options = KernelProbes.Options()
            options.memory = true
            options.memoryWalks = true
            let tracer = try Workload.tracer(options, matching: .commandLine(.regex("mete-workload regions")))
            let process = try Workload("regions", "40", "24", "32", "16").process
            let parent = process.identifier
            try #require(Polling.wait(seconds: 60) { ProcessTree.name(of: parent) == "settled" })
            let child = try #require(try ProcessTree.children(of: parent).first)

            var memory = MemoryUsage()
            // Walks share a hundredth of the time with those over all other processes, and both have to be after it settled.
            let settled = TickClock.now()
            try #require(
                Polling.wait(seconds: 120) {
                    usleep(50_000)
                    let sample = try tracer.closeWindow().samples.first { $0.component == Workload.component }
                    memory = sample?.memory ?? MemoryUsage()
                    let isWhole = memory.walked == memory.resident && sample?.processes == 2
                    return isWhole && memory.walked > 0 && TickClock.now() - settled > memory.walkAge
                }, "\(memory)")

            let (first, firstMappings) = try Self.smaps(parent)
            let (second, secondMappings) = try Self.smaps(child)
            func truth(_ name: String) -> UInt64 { (first[name] ?? 0) + (second[name] ?? 0) }
            // Each mapping's amount is rounded to 1 KiB there, the whole's here.
            let rounding = UInt64(firstMappings + secondMappings) << 10
            func expect(_ amount: UInt64, _ truth: UInt64, within slack: UInt64, _ name: Comment) {
                #expect(max(amount, truth) - min(amount, truth) <= slack, "\(name): \(amount) of \(truth)")
            }
            expect(memory.proportional, truth("Pss"), within: rounding, "PSS")
            expect(memory.referenced, truth("Referenced"), within: rounding, "referenced")
            expect(memory.swap, truth("Swap"), within: rounding, "swap")
            // The kernel counts pages in batches per CPU, and says sums of them that are not quite up to date.
            expect(memory.resident, truth("Rss"), within: truth("Rss") / 50, "resident")
            expect(memory.anonymous, truth("Anonymous"), within: truth("Rss") / 50, "anonymous")

            // Each of the two processes by itself.
            let each = tracer.processMemory().filter { $0.component == Workload.component }
            #expect(Set(each.map(\.pid)) == [parent, child])
            for process in each {
                let (sums, mappings) = process.pid == parent ? (first, firstMappings) : (second, secondMappings)
                expect(process.memory.proportional, sums["Pss"] ?? 0, within: UInt64(mappings) << 10, "PSS of one")
                expect(process.memory.resident, sums["Rss"] ?? 0, within: (sums["Rss"] ?? 0) / 50, "resident of one")
            }

            // The program itself, its libraries and its stacks, of both; less than the smallest of what has to be told apart.
            let rest = 10 * Self.megabyte
            func known(_ megabytes: UInt64, _ amount: UInt64, _ name: Comment) {
                let least = megabytes * Self.megabyte
                #expect(amount + Self.megabyte / 2 >= least && amount <= least + rest, "\(name): \(amount)")
            }
            known(40 + 24 + 16 + 16, memory.resident, "what is shared counts for both")
            known(40 + 24 + 16, memory.proportional, "what is shared counts once")
            known(40 + 16 + 16, memory.referenced, "what is cold was not accessed lately")
            known(40 + 24, memory.anonymous, "what is shared is not theirs alone")
            withExtendedLifetime(process) {}
        }

        // MARK: Stalls

        /// Total of a pressure file, in nanoseconds.
        private static func total(_ path: String, _ kind: String) throws -> Nanoseconds {
            let line = try TextFile.read(path).split(separator: "\n").first { $0.hasPrefix(kind) }
            let total = line?.split(separator: "=").last.flatMap { Nanoseconds($0) }
            return try #require(total) * 1000
        }

        /// What a tracer says of the group's component while something goes on in the group, which is quiet before and after.
        private struct Watch {
            let group: ScratchGroup
            let tracer: Tracer
            /// Keeps the group somebody's.
            let resident: ChildProcess
            var sum = Stalls()
            var windows = 0

            init(_ group: ScratchGroup) throws {
                self.group = group
                var options = KernelProbes.Options()
                options.stalls = true
                options.memory = true
                options.disk = true
                let name = try #require(group.path.split(separator: "/").last)
                tracer = try Workload.tracer(options, matching: .cgroup(.exact("/\(name)")))
                resident = try ChildProcess(.sibling("mete-workload"), ["wait"], group: group)
                let pid = resident.identifier
                try #require(Polling.wait { ProcessTree.name(of: pid) == "mete-workload" })
                // The first reading of the group is what it counts from.
                try #require(Polling.wait { try Self.stalls(tracer.closeWindow()) != nil })
            }

            private static func stalls(_ window: TraceWindow) -> Stalls? {
                window.samples.first { $0.component == Workload.component }?.stalls
            }

            mutating func closeWindow() throws {
                let window = try tracer.closeWindow()
                guard let stalls = Self.stalls(window) else { return }
                sum += stalls
                windows += 1
            }

            mutating func closeWindows(until process: ChildProcess) throws {
                while !process.hasEnded() {
                    usleep(50_000)
                    try closeWindow()
                }
                try closeWindow()
            }
        }

        @Test(.enabled(if: tellsStalls, "this kernel tells no stalls of groups"))
        func stallsForACPUAreThoseOfTheGroup() throws {
            let mountPoint = try #require(Self.unified)
            let group = try ScratchGroup(named: "mete-stalls-\(UInt32.random(in: 0 ... .max))", inUnified: mountPoint)
            var watch = try Watch(group)
            let before = try Self.total("\(group.path)/cpu.pressure", "some")
            // Three threads on one CPU.
            try watch.closeWindows(
                until: ChildProcess(.sibling("mete-workload"), ["spin", "1", "3", "0"], group: group))
            let truth = try Self.total("\(group.path)/cpu.pressure", "some") - before
            #expect(truth > 300 * .perMillisecond, "the detector: one of them always waits, \(truth)")
            let told = try #require(watch.sum.cpu).some
            #expect(abs(told - truth) <= truth / 100, "\(told) of \(truth) ns in \(watch.windows) windows")
            #expect(watch.sum.memory?.some == 0, "\(watch.sum)")
        }

        @Test(.enabled(if: tellsStalls && hasMemoryController, "no group of v2 can be short of memory here"))
        func stallsForMemoryAreThoseOfTheGroup() throws {
            let mountPoint = try #require(Self.unified)
            let group = try ScratchGroup(
                named: "mete-stalls-\(UInt32.random(in: 0 ... .max))", inUnified: mountPoint, handingDown: ["memory"])
            var watch = try Watch(group)
            // More than it may have: it is held back for it, again and again.
            try TextFile.write("\(4 * Self.megabyte)", to: "\(group.path)/memory.high")
            let files = ["some", "full"]
            let before = try files.map { try Self.total("\(group.path)/memory.pressure", $0) }
            let hungry = try ChildProcess(.sibling("mete-workload"), ["memory", "24"], group: group)
            try #require(
                Polling.wait(seconds: 120) {
                    usleep(50_000)
                    try watch.closeWindow()
                    return try Self.total("\(group.path)/memory.pressure", "some") - before[0] > 500 * .perMillisecond
                }, "the detector")
            hungry.kill()
            try watch.closeWindow()
            let truth = try zip(files, before).map { try Self.total("\(group.path)/memory.pressure", $0) - $1 }
            let told = try #require(watch.sum.memory)
            for (told, truth) in zip([told.some, told.full], truth) {
                #expect(abs(told - truth) <= truth / 100 + .perMillisecond, "\(told) of \(truth) ns")
            }
        }

        @Test(.enabled(if: tellsStalls, "this kernel tells no stalls"))
        func stallsOfTheMachineAreItsOwnFiles() throws {
            var options = KernelProbes.Options()
            options.stalls = true
            let tracer = try Workload.tracer(options)
            _ = try tracer.closeWindow()
            let before = try Self.total("/proc/pressure/cpu", "some")
            let cpus = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            let spinners = try Workload("spin", "1", "\(3 * cpus)").process
            var told: Nanoseconds = 0
            var outer: Nanoseconds = 0
            while !spinners.hasEnded() {
                usleep(50_000)
                told += try #require(try tracer.closeWindow().stalls?.cpu).some
                outer = try Self.total("/proc/pressure/cpu", "some") - before
            }
            // The machine is never quiet: what others stalled between the two readings is in one of the figures only.
            #expect(outer > 300 * .perMillisecond, "the detector")
            #expect(abs(told - outer) <= outer / 5, "\(told) of \(outer) ns")
        }
    }
}
