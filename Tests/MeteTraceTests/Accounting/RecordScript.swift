import CMeteWire
import MeteModel
import MeteTrace

/// Records as the kernel side would send them, and the facts that /proc would show.
struct RecordScript {
    var accountant: UsageAccountant
    let processes: FakeProcesses

    init(
        _ components: [ComponentPolicy], facts: [Int32: FakeProcess] = [:], beginning: UInt64 = 0,
        describes: Bool = false
    ) throws {
        var policy = Policy()
        policy.components = components + [ComponentPolicy(id: .rest)]
        processes = FakeProcesses(facts)
        accountant = UsageAccountant(
            classifier: try Classifier(policy), reader: processes,
            permanent: policy.components.map(\.id), beginning: beginning, describes: describes)
    }

    mutating func send(
        _ kind: mete_record_kind, _ tid: UInt32, of pid: UInt32, parent: UInt32 = 1, start: UInt64 = 100,
        run: UInt64 = 0, wait: UInt64 = 0, name: String = "sh", flags: UInt16 = 0, user: UInt32 = 0,
        execs: UInt32 = 0
    ) {
        var record = mete_thread_record()
        record.kind = UInt16(kind.rawValue)
        record.flags = flags
        record.tid = tid
        record.pid = pid
        record.parent_pid = parent
        record.user = user
        record.execs = execs
        record.start_ns = start
        record.run_ns = run
        record.wait_ns = wait
        withUnsafeMutableBytes(of: &record.name) { $0.copyBytes(from: name.utf8.prefix(15)) }
        withUnsafeBytes(of: record) { accountant.apply($0) }
    }

    mutating func exec(
        _ pid: UInt32, from oldTid: UInt32? = nil, start: UInt64 = 100, run: UInt64 = 0, name: String, execs: UInt32 = 0
    ) {
        var exec = mete_exec_record()
        exec.thread.kind = UInt16(METE_RECORD_EXEC.rawValue)
        exec.thread.tid = pid
        exec.thread.pid = pid
        exec.thread.parent_pid = 1
        exec.thread.start_ns = start
        exec.thread.run_ns = run
        exec.thread.execs = execs
        exec.old_tid = oldTid ?? pid
        withUnsafeMutableBytes(of: &exec.thread.name) { $0.copyBytes(from: name.utf8.prefix(15)) }
        withUnsafeMutableBytes(of: &exec.path) { $0.copyBytes(from: "/bin/\(name)".utf8) }
        withUnsafeBytes(of: exec) { accountant.apply($0) }
    }

    /// Run time counted to the component in the window that this ends.
    mutating func closeWindow(_ component: String) -> UsageSample? {
        accountant.closeWindow(start: Instant(nanoseconds: 0), end: Instant(nanoseconds: 1000))
            .first { $0.component == ComponentID(component) }
    }
}

struct FakeProcess {
    var executable: String
    var commandLine = ""
    /// Nil for one that ends before this can be read.
    var cgroup: String? = "/"
    var libraries: [String] = []
    var resident: UInt64 = 4096
    var walk: WalkedMemory?
}

/// What /proc would show; a test may change it.
final class FakeProcesses: ProcessReading {
    var processes: [Int32: FakeProcess]

    init(_ processes: [Int32: FakeProcess]) {
        self.processes = processes
    }

    func program(of pid: Int32) -> Program? {
        processes[pid].map { Program(executable: $0.executable, commandLine: $0.commandLine) }
    }

    func memory(of pid: Int32) -> MemoryUsage? { processes[pid].map { MemoryUsage(resident: $0.resident) } }

    func walk(of pid: Int32) -> WalkedMemory? { processes[pid]?.walk }

    func libraries(of pid: Int32) -> [String]? { processes[pid]?.libraries }

    func cgroups(of pid: Int32) -> [CgroupMembership] {
        guard let cgroup = processes[pid]?.cgroup else {
            processes[pid] = nil
            return []
        }
        return [CgroupMembership(controllers: "", path: cgroup)]
    }
}

extension ComponentPolicy {
    init(_ name: String, _ rules: MatchRule...) {
        self.init(id: ComponentID(name))
        match = [MatchClause(rules: rules)]
    }
}
