import Glibc
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// What is said of processes, against what they were started as and what /proc says of them.
    struct ProcessTruthTests {
        /// A container's, in a group that systemd and docker would name so.
        private static let container = String((0..<64).map { _ in "0123456789abcdef".randomElement() ?? "0" })

        private static func tracer() throws -> Tracer {
            var options = KernelProbes.Options()
            options.descriptions = true
            return try Workload.tracer(options)
        }

        /// A library that this process has and a workload has not.
        private static func strangeLibrary() throws -> String {
            let maps = try TextFile.read("/proc/self/maps")
            let path = maps.split(separator: "\n").compactMap { $0.split(separator: " ").last }.first {
                $0.contains("/libm.so.")
            }
            return String(try #require(path))
        }

        /// Closes windows and keeps what is said, until it holds for a process; then what was said of it last.
        private static func follow(
            _ tracer: Tracer, _ pid: pid_t, until isIt: (ProcessDescription) -> Bool
        ) throws -> ProcessDescription {
            var known: ProcessDescription?
            try #require(
                Polling.wait {
                    _ = try tracer.closeWindow()
                    known = tracer.processChanges().described.last { $0.pid == pid } ?? known
                    return known.map(isIt) ?? false
                }, "\(String(describing: known))")
            return try #require(known)
        }

        @Test func aProcessIsWhatItWasStartedAs() throws {
            let hierarchy = try CPUHierarchy.find()
            let group = try ScratchGroup(named: "docker-\(Self.container).scope", in: hierarchy)
            let library = try Self.strangeLibrary()
            let workload = try Executable.sibling("mete-workload").path
            let tracer = try Self.tracer()
            let process = try ChildProcess(
                Executable(path: "/usr/bin/setpriv"),
                ["--reuid", "33", "--regid", "34", "--clear-groups", "--", workload, "library", library], group: group)
            let pid = process.identifier
            try #require(Polling.wait { ProcessTree.name(of: pid) == "settled" })

            let found = try Self.follow(tracer, pid) { !$0.libraries.isEmpty }
            let command = try TextFile.read("/proc/\(pid)/cmdline").split(separator: "\0").joined(separator: " ")
            #expect(command == "\(workload) library \(library)", "the detector")
            #expect(found.commandLine == command)
            #expect(found.executable == workload)
            #expect(found.name == "settled")
            #expect(found.user == 33)
            #expect(found.parent == getpid())
            #expect(found.component == Workload.component)
            #expect(found.cgroup == "/docker-\(Self.container).scope")
            #expect(found.unit == "docker-\(Self.container).scope")
            #expect(found.container == Self.container)
            // Its 22nd field, counted from the state behind the name in parentheses: ticks since boot.
            let stat = try TextFile.read("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ")
            let ticks = try #require(stat.flatMap { UInt64($0[19]) })
            #expect(found.start / (1_000_000_000 / UInt64(sysconf(Int32(_SC_CLK_TCK)))) == ticks)

            let maps = try TextFile.read("/proc/\(pid)/maps").split(separator: "\n")
            let truth = Set(
                maps.compactMap { $0.split(separator: " ").last }.filter { $0.contains(".so") }.map(String.init))
            #expect(truth.contains(library) && truth.contains { $0.contains("/libc.so.") }, "the detector")
            #expect(found.libraries == truth.sorted())
            #expect(tracer.describe(pid: pid) == found)

            process.kill()
            var ended: [ProcessKey] = []
            try #require(
                Polling.wait {
                    _ = try tracer.closeWindow()
                    ended += tracer.processChanges().ended
                    return ended.contains(found.key)
                })
            #expect(tracer.describe(pid: pid) == nil)
        }

        /// Opened after the dynamic linker was done and what it had mapped was read.
        @Test func whatIsOpenedLaterIsThereWhenAsked() throws {
            let tracer = try Self.tracer()
            let found = try Self.follow(tracer, getpid()) { !$0.libraries.isEmpty }
            let loaded = try Self.strangeLibrary()
            #expect(found.libraries.contains(loaded), "this program is linked with it")
            let folder = try TemporaryFolder(prefix: "mete-library")
            let copy = "\(folder.path)/name with blanks\nand lines.so.1"
            try ChildProcess(Executable(path: "/bin/cp"), [loaded, copy]).waitForEnd()
            let handle = try #require(dlopen(copy, RTLD_NOW | RTLD_LOCAL), "\(String(cString: dlerror()))")
            defer { dlclose(handle) }
            #expect(!found.libraries.contains(copy))
            let later = try #require(tracer.describe(pid: getpid()))
            #expect(later.libraries.contains(copy), "\(later.libraries)")
            #expect(unlink(copy) == 0)
            #expect(try #require(tracer.describe(pid: getpid())).libraries.contains(copy), "deleted, and mapped still")
        }

        /// Far more a second than anybody could look at: each is described or counted, and none stays.
        @Test func aStormOfForksLeavesNothingBehind() throws {
            let tracer = try Self.tracer()
            _ = tracer.processChanges()
            let folder = try TemporaryFolder(prefix: "mete-storm")
            let storm = try ChildProcess(
                .sibling("mete-workload"), ["storm", "1", "2000"], output: .file(folder.file("count")))
            var told: Set<ProcessKey> = []
            var ended: Set<ProcessKey> = []
            var undescribed: UInt64 = 0
            func take() throws {
                _ = try tracer.closeWindow()
                let changes = tracer.processChanges()
                let ofStorm = changes.described.filter { $0.parent == storm.identifier }
                told.formUnion(ofStorm.map(\.key))
                ended.formUnion(changes.ended)
                undescribed += changes.undescribed
            }
            while !storm.hasEnded() {
                usleep(100_000)
                try take()
            }
            try take()
            let made = try #require(try folder.text("count").split(separator: " ").first.flatMap { Int($0) })
            #expect(made > 100, "the detector")
            #expect(told.count <= made && told.count + Int(undescribed) >= made, "\(told.count) of \(made)")
            #expect(told.count > 50 && told.isSubset(of: ended), "\(told.subtracting(ended).count) stay")
        }
    }
}
