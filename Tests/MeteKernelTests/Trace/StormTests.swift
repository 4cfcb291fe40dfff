import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// More switches, processes and threads than a machine has on an ordinary day, with everything traced. How many more a machine can make
    /// and mete can follow is measured by Tests/Benchmarks/storms.
    struct StormTests {
        /// As fast as the CPUs go.
        @Test(arguments: [["switches", "1", "2"], ["vforks", "1", "4"]], [false, true])
        func nothingIsLostInAStorm(_ storm: [String], ownClock: Bool) throws {
            let folder = try TemporaryFolder(prefix: "mete-storm")
            var options = Watch.everything
            options.ownClock = ownClock
            let account = try KernelAccount()
            let watch = Watch(try account.tracer(options))
            let process = try account.start(storm, output: .file(folder.file("said")))
            try watch.follow(process)
            try #require(process.waitForEnd()?.code == 0)

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
            let made = try #require(said.split(separator: " ").first.flatMap { UInt64($0) }, "\(said)")
            let switches = used.voluntarySwitches + used.involuntarySwitches
            #expect(made > 100, "no storm, but \(said)")
            #expect(switches >= made - made / 100, "\(switches) switches; \(said)")
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
