import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// More switches, processes and threads than a machine has on an ordinary day, with everything traced. How many more a machine can make
    /// and mete can follow is measured by Tests/Benchmarks/storms.
    struct StormTests {
        struct Storm: CustomTestStringConvertible {
            var arguments: [String]
            /// Switches or processes a second that make it one, on CPUs of hardware: some tenth of what two of them make.
            var leastRate: Double

            var testDescription: String { arguments.joined(separator: " ") }
        }

        static let storms = [
            Storm(arguments: ["switches", "1", "2"], leastRate: 20_000),
            Storm(arguments: ["vforks", "1", "4"], leastRate: 1000),
        ]

        /// As fast as the CPUs go, with traffic and requests of known size in the midst of it.
        @Test(arguments: storms, [false, true])
        func nothingIsLostInAStorm(_ storm: Storm, ownClock: Bool) throws {
            let device = LoopDevice.isPossible ? try LoopDevice(megabytes: 16) : nil
            let folder = try TemporaryFolder(prefix: "mete-storm")
            var options = Watch.everything
            options.ownClock = ownClock
            let account = try KernelAccount()
            let watch = Watch(try account.tracer(options))
            let process = try account.start(storm.arguments, output: .file(folder.file("said")))
            let (bytes, count) = (1000 as UInt64, 500 as UInt64)
            var others = [try account.start(["traffic", "tcp4", "\(bytes)", "\(count)", "hold"])]
            if let device { others.append(try account.start(["disk", device.path, "4096", "\(count)", "hold"])) }
            try watch.follow(process)
            try #require(process.waitForEnd()?.code == 0)
            // They stay until they have been looked at: which group a process is in can be read only while it lives.
            let areDone = try Polling.wait(seconds: 60) {
                try watch.closeWindow()
                return others.allSatisfy { ProcessTree.name(of: $0.identifier) == "settled" }
            }
            try #require(areDone)
            for other in others { other.kill() }
            try watch.closeWindow()

            let charged = try account.charged()
            let used = watch.workload.cpu
            let counted = Double(used.runTime)
            // On emulated CPUs the kernel's own sums, of threads and of their group, differ by some per cent either way in a storm.
            let tolerance = Workload.isEmulated ? 0.08 : 0.01
            #expect(
                abs(counted - charged) <= tolerance * charged + ConservationTests.beginning,
                "counted \(counted) of \(charged) ns, by \(account)")
            #expect(watch.losses.unattributedThreads == 0 && watch.losses.unattributedRunTime == 0, "\(watch.losses)")
            // Each of the processes has a last switch, and there is a switch from its parent to it.
            let said = try folder.text("said")
            let numbers = said.split { !$0.isNumber }.compactMap { Double($0) }
            try #require(numbers.count == 2, "so many, and so many a second: \(said)")
            let made = numbers[0]
            let switches = Double(used.voluntarySwitches + used.involuntarySwitches)
            #expect(numbers[1] > storm.leastRate / (Workload.isEmulated ? 100 : 1), "no storm, but \(said)")
            #expect(switches >= made - made / 100, "\(switches) switches; \(said)")
            let traffic = try #require(watch.workload.network.traffic[.tcp4])
            #expect(traffic.sentBytes == bytes * count && traffic.receivedBytes == bytes * count, "\(traffic)")
            guard let device else { return }
            let disk = watch.workload(on: device.number)
            #expect(disk.writes.requests == count && disk.writes.bytes == 4096 * count, "\(disk)")
            #expect(disk.reads.requests == count && disk.reads.bytes == 4096 * count, "\(disk)")
        }

        @Test func aCrowdIsTakenInAtStart() throws {
            let threads = Workload.isEmulated ? 500 : 6000
            let folder = try TemporaryFolder(prefix: "mete-crowd")
            let crowd = try ChildProcess(
                .sibling("mete-workload"), ["crowd", "\(threads)"], output: .file(folder.file("said")))
            try #require(
                Polling.wait(seconds: 60) { (try? folder.text("said")) == "\(threads) threads\n" || crowd.hasEnded() })
            try #require(crowd.exit == nil, "\(crowd.exit as Any)")
            let tracer = try Workload.tracer(
                Watch.everything, matching: .commandLine(.regex("/mete-workload crowd \(threads)$")))
            let window = try tracer.closeWindow()
            let found = try #require(window.samples.first { $0.component == Workload.component })
            // And the process that made the others.
            #expect(found.threads == threads + 1)
            #expect(found.processes == (threads + 4999) / 5000 + 1)
            #expect(window.losses.isZero, "\(window.losses)")
        }
    }
}
