internal import CMeteLinux
internal import MeteControl
internal import MeteModel

/// Every kind of write that mete makes, twice over, with a rewritten journal in between, then a rollback and a way back.
struct CrashScenario {
    private let state: String
    private let hierarchy: CgroupHierarchy
    private let base: String
    private let process: Int32
    private let thread: Int32
    private let sysctl: String
    private let handDown: Setting

    private var attributes: CPUAttributes { CPUAttributes(version: hierarchy.version) }
    private var folder: String { hierarchy.folder(of: base) }

    /// The names of the arguments, in their order:
    ///
    /// - STATE: a state folder
    /// - VERSION, MOUNT: the hierarchy of the cpu controller
    /// - BASE: a cgroup of the test's, with a child `given` whose attributes are changed
    /// - PID: a process that is moved and reserved for
    /// - TID: a thread of another process, which is moved alone where the kernel can, and reserved for and let go again
    /// - SYSCTL: the file of one that is 0 or 1
    /// - FILE, CONTROLLER: a cgroup.subtree_control file, and a controller that is not handed down in it
    static let usage = "STATE VERSION MOUNT BASE PID TID SYSCTL FILE CONTROLLER"

    init?(_ arguments: [String]) {
        guard arguments.count == 9, let version = CgroupHierarchy.Version(rawValue: arguments[1]),
            let process = Int32(arguments[4]), let thread = Int32(arguments[5])
        else { return nil }
        state = arguments[0]
        hierarchy = CgroupHierarchy(version: version, mountPoint: arguments[2])
        base = arguments[3]
        self.process = process
        self.thread = thread
        sysctl = arguments[6]
        handDown = .controller(file: arguments[7], name: arguments[8])
    }

    func run(killingItselfAt last: Int) throws {
        let countdown = Countdown(last)
        let journal = try Journal(folder: StateFolder(state)) { _ in countdown.pass() }
        let executor = Executor(journal: journal) { _ in countdown.pass() }
        let now = Instant(nanoseconds: 0)
        let before = try KernelFile.read(sysctl)
        try check(executor.execute(plan(weight: 2_048, runtime: 5_000_000, cap: 0.5, sysctl: flipped(before)), at: now))
        try journal.compact()
        try check(executor.execute(plan(weight: 4_096, runtime: 2_000_000, cap: nil, sysctl: before), at: now))
        let refused = executor.execute(try refusedPlan(), at: now)
        guard refused.rolledBack.count == 2 else { throw Unexpected(what: "\(refused)") }
        let leave = SettingValue.scheduling(SchedulingAttributes(policy: UInt32(METE_SCHED_OTHER), nice: 5))
        try check(executor.execute([Write(.scheduling(try key(process)), leave, scope: .alone)], at: now))
        let wayBack = try Restoration(journal: journal) { _ in countdown.pass() }.run()
        guard wayBack.isComplete else { throw Unexpected(what: "\(wayBack)") }
    }

    private func plan(weight: Double, runtime: UInt64, cap: Double?, sysctl value: String) throws -> [Write] {
        let scope = Write.Scope.component(ComponentID("crash"))
        let weight = SettingValue.text(attributes.text(weight: weight))
        var plan = [
            Write(.group(folder + "/own"), .present, scope: scope),
            Write(.file("\(folder)/own/\(attributes.weightFile)"), weight, scope: scope),
            Write(handDown, .present, scope: scope),
            Write(.group(folder + "/given/below"), .present, scope: scope),
            Write(.file("\(folder)/given/\(attributes.weightFile)"), weight, scope: scope),
        ]
        for (file, text) in attributes.cap(cap) {
            plan.append(Write(.file("\(folder)/given/\(file)"), .text(text), scope: scope))
        }
        plan += [
            Write(.file(sysctl), .text(value), scope: .alone),
            Write(.processGroup(try key(process), in: hierarchy), .cgroup(base + "/own"), scope: .alone),
            Write(.scheduling(try key(process)), reservation(runtime), scope: .alone),
        ]
        if hierarchy.version == .v1 {
            plan.append(Write(.threadGroup(try key(thread), in: hierarchy), .cgroup(base + "/own"), scope: .alone))
        }
        return plan
    }

    /// Its last write is refused by the kernel, so that the ones before are rolled back.
    private func refusedPlan() throws -> [Write] {
        let scope = Write.Scope.component(ComponentID("crash"))
        let given = folder + "/given"
        let cap = attributes.cap(nil).last?.file ?? ""
        return [
            Write(.scheduling(try key(thread)), reservation(1_000_000), scope: scope),
            Write(.file("\(given)/\(attributes.weightFile)"), .text(attributes.text(weight: 8_192)), scope: scope),
            Write(.file("\(given)/\(cap)"), .text("no number"), scope: scope),
        ]
    }

    private func reservation(_ runtime: UInt64) -> SettingValue {
        .scheduling(.reservation(runtime: runtime, deadline: 100_000_000, period: 100_000_000, reclaim: false))
    }

    private func key(_ tid: Int32) throws -> ThreadKey {
        ThreadKey(id: tid, startTicks: try ThreadStat.read(tid).startTicks)
    }

    private func flipped(_ value: String) -> String { value == "0" ? "1" : "0" }

    private func check(_ outcome: Outcome) throws {
        if let failure = outcome.failures.first { throw failure.error }
        if let error = outcome.journalError { throw error }
        guard outcome.yielded.isEmpty, outcome.gone.isEmpty else { throw Unexpected(what: "\(outcome)") }
    }

    struct Unexpected: Error {
        var what: String
    }
}
