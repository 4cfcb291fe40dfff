import Glibc
import MeteControl
import MeteModel
import Testing

extension KernelTests {
    /// A process that is killed at any point of its writes leaves nothing that a restoration does not bring back.
    struct ControlCrashTests {
        /// Everything that the scenario touches, as it is.
        private struct Picture: Equatable {
            var weight: String
            var cgroup: String
            var scheduling: SchedulingAttributes
            var groups: [String]
        }

        private func picture(_ bench: ControlBench, _ child: ControlChild) throws -> Picture {
            Picture(
                weight: try KernelFile.read(bench.weightFile(bench.base + "/given")),
                cgroup: try bench.hierarchy.cgroup(of: child.pid),
                scheduling: try SchedulingAttributes.read(child.pid),
                groups: try KernelFile.folders(in: bench.folder))
        }

        @Test func restoresAfterSIGKILLAtEveryCheckpoint() throws {
            let bench = try ControlBench()
            _ = try bench.group("given")
            let child = try bench.start(["wait"], in: bench.group("home"))
            let before = try picture(bench, child)
            var checkpoint = 0
            var changed = 0
            while true {
                checkpoint += 1
                let writer = try ControlChild([
                    "write", bench.state, bench.hierarchy.mountPoint, bench.hierarchy.version.rawValue, bench.base,
                    "\(child.pid)", "\(checkpoint)",
                ])
                let end = writer.wait()
                let killed = end == SIGKILL
                try #require(killed || end == 0, "the writer failed with \(end) at checkpoint \(checkpoint)")
                if try picture(bench, child) != before { changed += 1 }
                // Twice: the second finds nothing to do.
                for round in 1...2 {
                    let journal = try Journal(folder: StateFolder(bench.state))
                    let report = try Restoration(journal: journal).run()
                    #expect(report.isComplete)
                    if round == 2 { #expect(report.steps.isEmpty) }
                    #expect(try picture(bench, child) == before, "checkpoint \(checkpoint), round \(round)")
                }
                if !killed { break }
            }
            // The detector: kills did leave the machine changed.
            #expect(checkpoint > 30)
            #expect(changed > 15)
        }
    }
}
