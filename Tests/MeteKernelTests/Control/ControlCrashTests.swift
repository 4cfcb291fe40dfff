import Glibc
import MeteControl
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

@testable import struct MeteControl.Mount

extension KernelTests {
    /// A process that is killed at any point of its writes leaves nothing that a restoration does not bring back.
    struct ControlCrashTests {
        /// Everything that the scenario touches, as it is.
        private struct Picture: Equatable {
            var attributes: [String]
            var groups: [String]
            var cgroups: [String]
            var scheduling: [SchedulingAttributes]
            var handedDown: SettingValue
            var sysctl: String
        }

        /// What the scenario acts on.
        private struct Stage {
            let bench: ControlBench
            let process: ChildProcess
            let thread: ThreadRef
            let control: (file: String, name: String)

            init() throws {
                bench = try ControlBench()
                let given = try bench.hierarchy.folder(of: bench.group("given"))
                // No default, so that the way back is more than to take the cap away.
                switch bench.hierarchy.version {
                case .v1:
                    try KernelFile.write("50000", to: given + "/cpu.cfs_period_us")
                    try KernelFile.write("40000", to: given + "/cpu.cfs_quota_us")
                case .v2: try KernelFile.write("40000 50000", to: given + "/cpu.max")
                }
                let home = try bench.group("home")
                process = try bench.start("wait", in: home)
                thread = try bench.start("wakers", "600", "2", in: home).worker
                control = try Self.freeController(bench.hierarchy, given)
            }

            /// A controller that is not handed down: below `given` on v2, and on a hybrid machine at the root of v2.
            private static func freeController(
                _ hierarchy: CgroupHierarchy, _ given: String
            ) throws -> (file: String, name: String) {
                if hierarchy.version == .v2 { return (given + "/cgroup.subtree_control", "cpu") }
                let mounts = Mount.parse(try KernelFile.read("/proc/self/mountinfo"))
                let root = try #require(mounts.last { $0.type == "cgroup2" }, "no v2 hierarchy is mounted").point
                let used = try KernelFile.read(root + "/cgroup.subtree_control").split(separator: " ")
                let free = try KernelFile.read(root + "/cgroup.controllers").split(separator: " ").first {
                    !used.contains($0)
                }
                return (
                    root + "/cgroup.subtree_control",
                    String(try #require(free, "all controllers of \(root) are handed down"))
                )
            }

            var arguments: [String] {
                [
                    bench.state, bench.hierarchy.version.rawValue, bench.hierarchy.mountPoint, bench.base,
                    "\(process.identifier)", "\(thread.tid)", DelayAccounting.sysctl, control.file, control.name,
                ]
            }

            /// For a test that fails in the middle.
            func putBack() {
                do {
                    _ = try Restoration(journal: Journal(folder: StateFolder(bench.state))).run()
                } catch {
                    Issue.record(error)
                }
            }

            func picture() throws -> Picture {
                let given = bench.folder + "/given"
                let files = [bench.attributes.weightFile] + bench.attributes.cap(nil).map(\.file)
                let threads = [process.identifier, thread.tid]
                return Picture(
                    attributes: try files.map { try KernelFile.read("\(given)/\($0)") },
                    groups: try KernelFile.folders(in: bench.folder) + KernelFile.folders(in: given),
                    cgroups: try threads.map { try bench.hierarchy.cgroup(of: $0) },
                    scheduling: try threads.map { try SchedulingAttributes.read($0) },
                    handedDown: try Setting.controller(file: control.file, name: control.name).read(),
                    sysctl: try KernelFile.read(DelayAccounting.sysctl))
            }
        }

        @Test func restoresAfterSIGKILLAtEveryCheckpoint() throws {
            let stage = try Stage()
            let before = try stage.picture()
            defer { stage.putBack() }
            var left: [Picture] = []
            for checkpoint in 1... {
                let writer = try ChildProcess(
                    .sibling("CrashProbe"), ["\(checkpoint)"] + stage.arguments, output: .inherited)
                let exit = try #require(writer.waitForEnd())
                try #require(
                    exit.signal == SIGKILL || exit.code == 0, "the writer failed with \(exit) at \(checkpoint)")
                left.append(try stage.picture())
                // Twice: the second finds nothing to do.
                for round in 1...2 {
                    let journal = try Journal(folder: StateFolder(stage.bench.state))
                    let report = try Restoration(journal: journal).run()
                    #expect(report.isComplete, "\(report)")
                    if round == 2 { #expect(report.steps.isEmpty) }
                    let after = try stage.picture()
                    #expect(after == before, "checkpoint \(checkpoint), round \(round): \(after) instead of \(before)")
                }
                if exit.code == 0 { break }
            }
            // The detector: kills did leave each kind of setting changed, and a thread between the two steps out of SCHED_DEADLINE.
            #expect(left.last == before)
            #expect(left.contains { $0.attributes != before.attributes })
            #expect(left.contains { $0.groups != before.groups })
            #expect(left.contains { $0.handedDown != before.handedDown })
            #expect(left.contains { $0.sysctl != before.sysctl })
            #expect(left.contains { $0.cgroups[0] != before.cgroups[0] })
            #expect(left.contains { $0.cgroups[1] != before.cgroups[1] } == (stage.bench.hierarchy.version == .v1))

            for thread in 0...1 { #expect(left.contains { $0.scheduling[thread].isEquivalent(to: .leaving) }) }
        }
    }
}
