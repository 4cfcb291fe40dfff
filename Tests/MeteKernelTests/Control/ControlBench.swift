import Glibc
import MeteControl
import MeteModel
import MeteTestSupport

/// A cgroup of the test's own in whichever hierarchy holds the cpu controller, with a state folder; both go with it.
final class ControlBench {
    let hierarchy: CgroupHierarchy
    let base: String
    private let stateFolder: TemporaryFolder
    private let scratch: ScratchGroup
    private var children: [ChildProcess] = []

    init() throws {
        let found = CgroupHierarchies.discover()
        guard let cpu = found.cpu else {
            throw ProcessError("find", found.cpuFinding.feature, cause: "\(found.cpuFinding.support)")
        }
        hierarchy = cpu
        stateFolder = try TemporaryFolder(prefix: "mete-control")
        let name = "mete-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        base = "/" + name
        scratch = try ScratchGroup(named: name, in: .find())
        if cpu.version == .v2 { try TextFile.write("+cpu", to: "\(scratch.path)/cgroup.subtree_control") }
    }

    deinit {
        for child in children { child.kill() }
        scratch.removeChildren()
    }

    var state: String { stateFolder.path }
    var folder: String { scratch.path }
    var attributes: CPUAttributes { CPUAttributes(version: hierarchy.version) }

    /// Makes a group below the test's own and returns its cgroup path.
    func group(_ name: String) throws -> String {
        try KernelFile.makeFolder("\(folder)/\(name)")
        return "\(base)/\(name)"
    }

    /// Starts a workload in a group.
    func start(_ arguments: String..., in group: String) throws -> ChildProcess {
        let child = try Workload(arguments).process
        children.append(child)
        try move(child, to: group)
        return child
    }

    /// Puts a process into a group, as its operator would.
    func move(_ child: ChildProcess, to group: String) throws {
        try KernelFile.write("\(child.identifier)", to: hierarchy.folder(of: group) + "/cgroup.procs")
    }

    func weightFile(_ group: String) -> String { "\(hierarchy.folder(of: group))/\(attributes.weightFile)" }
}

extension ChildProcess {
    var key: ThreadKey {
        get throws { try ThreadKey(ofLiving: identifier) }
    }

    var reference: ProcessRef {
        get throws {
            let key = try key
            return ProcessRef(
                pid: key.id, startTime: key.startTicks * ThreadStat.nanosecondsPerTick,
                cpuCgroup: try CgroupHierarchies.discover().cpu?.cgroup(of: key.id) ?? "/")
        }
    }

    /// The first thread that it makes beside its main one.
    var worker: ThreadRef {
        get throws {
            var worker: pid_t?
            try Polling.wait {
                worker = try ProcessTree.threads(of: identifier).first { $0 != identifier }
                return worker != nil
            }
            guard let worker else { throw ProcessError("find", "a second thread of \(name)", cause: "it has one only") }
            let start = try ThreadStat.read(worker).startTicks * ThreadStat.nanosecondsPerTick
            return ThreadRef(tid: worker, pid: identifier, startTime: start)
        }
    }

    /// CPU time of all its threads so far, in seconds.
    fileprivate var cpuTime: Double {
        get throws { Double(try ProcessCPUClock(of: identifier).nanoseconds()) / 1e9 }
    }
}

extension ThreadKey {
    /// Of the thread that has this id now.
    init(ofLiving tid: pid_t) throws(Errno) {
        self.init(id: tid, startTicks: try ThreadStat.read(tid).startTicks)
    }
}

/// CPU time that each child uses until all together have used `total` seconds.
func measure(_ children: [ChildProcess], until total: Double) throws -> [Double] {
    let before = try children.map { try $0.cpuTime }
    while true {
        let used = try zip(children, before).map { try $0.cpuTime - $1 }
        if used.reduce(0, +) >= total { return used }
        usleep(10_000)
    }
}

/// Cores that each child uses over a span of time.
func measure(_ children: [ChildProcess], seconds: Double) throws -> [Double] {
    let before = try children.map { try $0.cpuTime }
    let start = MonotonicClock.now()
    usleep(UInt32(seconds * 1e6))
    let elapsed = (MonotonicClock.now() - start).seconds
    return try zip(children, before).map { (try $0.cpuTime - $1) / elapsed }
}
