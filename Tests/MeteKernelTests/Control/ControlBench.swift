import CMeteLinux
import Glibc
import MeteControl
import MeteModel

/// A cgroup of the test's own in whichever hierarchy holds the cpu controller, with a state folder; both go with it.
final class ControlBench {
    let hierarchy: CgroupHierarchy
    let base: String
    let state: String
    private var children: [ControlChild] = []
    private var enabled: Setting?

    init() throws {
        let found = CgroupHierarchies.discover()
        guard let cpu = found.cpu else { throw Missing(finding: found.cpuFinding) }
        hierarchy = cpu
        let name = "mete-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        base = "/" + name
        state = "/tmp/\(name)"
        let control = Setting.controller(file: cpu.mountPoint + "/cgroup.subtree_control", name: "cpu")
        if cpu.version == .v2, try control.read() == .absent {
            try control.write(.present)
            enabled = control
        }
        try KernelFile.makeFolder(cpu.folder(of: base))
        if cpu.version == .v2 {
            try Setting.controller(file: folder + "/cgroup.subtree_control", name: "cpu").write(.present)
        }
    }

    deinit {
        for child in children { child.end() }
        for name in (try? KernelFile.folders(in: folder)) ?? [] { remove("\(folder)/\(name)") }
        remove(folder)
        if let enabled { try? enabled.write(.absent) }
        unlink("\(state)/journal")
        unlink("\(state)/journal.new")
        unlink("\(state)/lock")
        rmdir(state)
    }

    struct Missing: Error {
        var finding: Finding
    }

    var folder: String { hierarchy.folder(of: base) }
    var attributes: CPUAttributes { CPUAttributes(version: hierarchy.version) }

    /// Makes a group below the test's own and returns its cgroup path.
    func group(_ name: String) throws -> String {
        try KernelFile.makeFolder("\(folder)/\(name)")
        return "\(base)/\(name)"
    }

    /// Starts a child in a group.
    func start(_ arguments: [String], in group: String) throws -> ControlChild {
        let child = try ControlChild(arguments)
        children.append(child)
        try KernelFile.write("\(child.pid)", to: hierarchy.folder(of: group) + "/cgroup.procs")
        return child
    }

    func weightFile(_ group: String) -> String { "\(hierarchy.folder(of: group))/\(attributes.weightFile)" }

    private func remove(_ folder: String) {
        // Members that were killed leave by themselves.
        for _ in 0..<500 {
            do {
                try KernelFile.removeFolder(folder)
                return
            } catch {
                if error.meansGone { return }
                usleep(2_000)
            }
        }
    }
}

/// A CrashProbe process; it ends when it is told to, and with the test process in any case.
final class ControlChild {
    let pid: Int32
    private let input: Int32
    private var hasEnded = false

    struct Failed: Error {
        var code: Int32
    }

    init(_ arguments: [String]) throws {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { throw Failed(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        var argv: [UnsafeMutablePointer<CChar>?] = (["CrashProbe"] + arguments).map { strdup($0) }
        argv.append(nil)
        var child: pid_t = 0
        let code = posix_spawn(&child, Self.executable, &actions, nil, argv, environ)
        for argument in argv { free(argument) }
        posix_spawn_file_actions_destroy(&actions)
        close(ends[0])
        if code != 0 {
            close(ends[1])
            throw Failed(code: code)
        }
        pid = child
        input = ends[1]
    }

    deinit { end() }

    /// Beside the test executable, unless METE_CRASH_PROBE says otherwise.
    private static var executable: String {
        if let path = getenv("METE_CRASH_PROBE") { return String(cString: path) }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return GroupTree.parent(of: path) + "/CrashProbe"
    }

    /// Kills it and waits for its end.
    func end() {
        guard !hasEnded else { return }
        kill(pid, SIGKILL)
        _ = wait()
    }

    /// Waits for its end; returns the signal that ended it, or its exit code as a negative number.
    func wait() -> Int32 {
        guard !hasEnded else { return 0 }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        hasEnded = true
        close(input)
        let signal = status & 0x7f
        return signal != 0 ? signal : -((status >> 8) & 0xff)
    }

    var key: ThreadKey {
        get throws { ThreadKey(id: pid, startTicks: try ThreadStat.read(pid).startTicks) }
    }

    var reference: ProcessRef {
        get throws {
            ProcessRef(
                pid: pid, startTime: try key.startTicks * ThreadStat.nanosecondsPerTick,
                cpuCgroup: try CgroupHierarchies.discover().cpu?.cgroup(of: pid) ?? "/")
        }
    }

    /// The thread that spins, which is not the main one.
    var worker: ThreadRef {
        get throws {
            while true {
                let threads = try KernelFile.folders(in: "/proc/\(pid)/task").compactMap { Int32($0) }
                if let tid = threads.first(where: { $0 != pid }) {
                    let start = try ThreadStat.read(tid).startTicks * ThreadStat.nanosecondsPerTick
                    return ThreadRef(tid: tid, pid: pid, startTime: start)
                }
                usleep(1_000)
            }
        }
    }

    /// CPU time of all its threads so far, in seconds.
    var cpuTime: Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// CPU time that each child uses until all together have used `total` seconds.
func measure(_ children: [ControlChild], until total: Double) -> [Double] {
    let before = children.map(\.cpuTime)
    while true {
        let used = zip(children, before).map { $0.cpuTime - $1 }
        if used.reduce(0, +) >= total { return used }
        usleep(10_000)
    }
}

/// Cores that each child uses over a span of time.
func measure(_ children: [ControlChild], seconds: Double) -> [Double] {
    let before = children.map(\.cpuTime)
    let start = MonotonicClock.now()
    usleep(UInt32(seconds * 1e6))
    let elapsed = (MonotonicClock.now() - start).seconds
    return zip(children, before).map { ($0.cpuTime - $1) / elapsed }
}
