internal import Glibc
internal import MeteControl
internal import MeteModel

/// Every kind of write that mete makes, twice over, with a rewritten journal and a rollback in between.
struct CrashScenario {
    let hierarchy: CgroupHierarchy
    /// A cgroup of the test's, with a child `given` whose weight is changed and a child `home` that holds the process.
    let base: String
    let pid: Int32

    func run(stateFolder: String, killingItselfAt last: Int) throws {
        let countdown = Countdown(last)
        let journal = try Journal(folder: StateFolder(stateFolder)) { _ in countdown.pass() }
        let executor = Executor(journal: journal) { _ in countdown.pass() }
        let key = ThreadKey(id: pid, startTicks: try ThreadStat.read(pid).startTicks)
        let attributes = CPUAttributes(version: hierarchy.version)
        let folder = hierarchy.folder(of: base)
        let own = folder + "/own"
        let component = ComponentID("crash")
        func plan(_ weight: Double, _ runtime: UInt64) -> [Write] {
            let text = SettingValue.text(attributes.text(weight: weight))
            let reservation = SchedulingAttributes.reservation(
                runtime: runtime, deadline: 100_000_000, period: 100_000_000, reclaim: false)
            return [
                Write(.group(own), .present, scope: .component(component)),
                Write(.file("\(own)/\(attributes.weightFile)"), text, scope: .component(component)),
                Write(.file("\(folder)/given/\(attributes.weightFile)"), text, scope: .component(component)),
                Write(.processGroup(key, in: hierarchy), .cgroup(base + "/own"), scope: .alone),
                Write(.scheduling(key), .scheduling(reservation), scope: .alone),
            ]
        }
        let now = Instant(nanoseconds: 0)
        try check(executor.execute(plan(2_048, 5_000_000), at: now))
        try journal.compact()
        try check(executor.execute(plan(4_096, 2_000_000), at: now))
        // The last write is refused, so that the one before it is rolled back.
        let refused = [
            Write(
                .file("\(folder)/given/\(attributes.weightFile)"), .text(attributes.text(weight: 8_192)),
                scope: .component(component)),
            Write(.file("\(folder)/no-such-file"), .text("1"), scope: .component(component)),
        ]
        _ = executor.execute(refused, at: now)
        let wayBack = try Restoration(journal: journal).run()
        guard wayBack.isComplete else { throw Incomplete(report: wayBack) }
    }

    private func check(_ outcome: Outcome) throws {
        if let failure = outcome.failures.first { throw failure.error }
        if let error = outcome.journalError { throw error }
    }

    struct Incomplete: Error {
        var report: RestoreReport
    }
}

/// Ends the process, as the kernel would end it, at the given checkpoint.
final class Countdown {
    private var left: Int

    init(_ left: Int) {
        self.left = left
    }

    func pass() {
        left -= 1
        if left == 0 { kill(getpid(), SIGKILL) }
    }
}
