package import MeteModel

/// Makes all writes: in the order given, journalled first, compared with what mete left there, measured, undone
/// where they fail.
///
/// What fails takes back what shares its scope, in reverse order, and leaves the rest in force: an operator expects
/// of a refused component that it stays as it was, and of the others that they get their plan. A scope of `.plan`
/// ties everything together where half a plan is worse than none.
///
/// A write costs its system call, one read of what is there, and one append to the journal. Settings that no plan
/// names cost nothing; `verify` looks at a few of them at a time for other writers. Not thread-safe: one loop owns it.
package final class Executor {
    /// Points at which a test may end the process.
    package enum Checkpoint: String, Sendable { case registered, intended, midway, written, rolledBack }

    /// How long a controller that somebody withdrew is left so.
    private static let controllerHoldOff: Nanoseconds = 5 * .perSecond

    package let journal: Journal
    /// What mete left in each setting it has written.
    package private(set) var left: [Setting: SettingValue] = [:]
    package private(set) var yields: [Setting: Yield] = [:]
    /// Settings found to be as wanted without a write; theirs is not a value that mete left.
    private var agreed: [Setting: SettingValue] = [:]
    private var verifyQueue: [Setting] = []
    /// Settings whose thread, process or group was found to have ended; struck out of the journal with the next plan.
    private var ended: Set<Setting> = []
    private let settings: any SettingStore
    private let checkpoint: (Checkpoint) -> Void

    package init(
        journal: Journal, settings: any SettingStore = KernelSettings(),
        checkpoint: @escaping (Checkpoint) -> Void = { _ in }
    ) {
        self.journal = journal
        self.settings = settings
        self.checkpoint = checkpoint
    }

    /// Carries out a plan. `holdOff` is how long a setting that another writer took is left alone; nil for good.
    package func execute(_ plan: [Write], at now: Instant, holdOff: Nanoseconds? = nil) -> Outcome {
        let start = MonotonicClock.now()
        var run = Run(plan: plan, now: now, holdOff: holdOff)
        do {
            try forget(ended)
            ended = []
            try register(&run)
            for write in run.plan { try perform(write, &run) }
            run.outcome.ended = run.outcome.gone.filter { $0.thread.map { ThreadKey(living: $0.id) != $0 } ?? true }
            try forget(run.outcome.ended)
        } catch {
            // The journal is the way back: without it, nothing more is written and this plan is undone.
            run.outcome.journalError = error
            undo(&run) { _ in true }
        }
        run.outcome.cost = MonotonicClock.now() - start
        return run.outcome
    }

    /// Whether this setting was last seen or left at this value, so that a plan need not name it.
    package func isSettled(_ setting: Setting, _ value: SettingValue) -> Bool {
        left[setting] == value || agreed[setting] == value
    }

    /// What stands in a setting as a plan wants it, whether mete wrote it or found it so.
    package func settled(_ setting: Setting) -> SettingValue? { left[setting] ?? agreed[setting] }

    /// Takes a setting up again that was yielded: whatever stands there now becomes its old value.
    package func takeBack(_ setting: Setting) {
        guard yields.removeValue(forKey: setting) != nil else { return }
        left[setting] = nil
        guard case .controller(let file, _) = setting else { return }
        // With a controller went the values in all groups below.
        let above = FolderPath.parent(of: file) + "/"
        for inside in left.keys where inside.path?.hasPrefix(above) ?? false {
            if case .group = inside { continue }
            left[inside] = nil
        }
        doubtAgreed()
    }

    /// Takes up again what was yielded until now, and says whether there was any.
    package func takeBackDue(at now: Instant) -> Bool {
        let due = yields.values.filter { $0.until.map { $0 <= now } ?? false }
        for yield in due { takeBack(yield.setting) }
        return !due.isEmpty
    }

    /// Settings of processes and threads that mete moved into cgroups, or found where it wanted them.
    package var membershipSettings: Set<Setting> {
        Set(left.keys.filter { $0.hierarchy != nil }).union(agreed.keys.filter { $0.hierarchy != nil })
    }

    /// Compares up to `budget` settings that mete has written with what it left there; the next call goes on from there. Processes that
    /// were moved are left out: another move is traced, shows in the memberships, and meets the comparison before the next write.
    /// Returns what was found to be another's since the last look.
    package func verify(budget: Int, at now: Instant, holdOff: Nanoseconds? = nil) -> [Yield] {
        var found: [Yield] = []
        for _ in 0..<budget {
            if verifyQueue.isEmpty {
                verifyQueue = left.keys.filter { if case .processGroup = $0 { false } else { true } }
            }
            guard let setting = verifyQueue.popLast() else { break }
            guard let expected = left[setting], yields[setting] == nil else { continue }
            do {
                let current = try settings.read(setting)
                if !setting.isSame(current, expected), !setting.isTransient(current) {
                    found.append(yield(setting, left: expected, found: current, at: now, holdOff))
                }
            } catch  where error.meansGone {
                // With its group or thread; the next plan will not name it.
                left[setting] = nil
                ended.insert(setting)
            } catch .notSupported {
                // Its controller was withdrawn, and the value with it.
                left[setting] = nil
            } catch {
                // Unreadable for the moment: what mete left there is what is known.
                continue
            }
        }
        return found
    }

    /// Forgets what lies in a group that is no more: one of the same name that was made later has the kernel's values.
    package func forgetInside(_ folder: String) throws(ControlError) {
        let known = [Setting](left.keys) + agreed.keys + yields.keys + journal.contents.entries.keys
        try forget(Set(known.filter { $0.path?.hasPrefix(folder + "/") ?? false }))
    }

    /// Strikes out settings whose thread or process has ended, so that neither memory nor journal grows with them.
    package func forget(_ settings: some Collection<Setting>) throws(ControlError) {
        for setting in settings {
            left[setting] = nil
            yields[setting] = nil
            agreed[setting] = nil
        }
        try journal.forget(settings)
    }

    /// Has what was found as wanted without a write looked at again.
    package func doubtAgreed() { agreed = [:] }

    /// Forgets what was written, after a restoration.
    package func reset() {
        left = [:]
        agreed = [:]
        yields = [:]
        verifyQueue = []
        ended = []
    }

    // MARK: One plan

    private struct Run {
        var plan: [Write]
        let now: Instant
        let holdOff: Nanoseconds?
        var outcome = Outcome()
        /// Writes made, with what was there just before.
        var made: [(write: Write, before: SettingValue)] = []
        /// Settings first touched by this plan.
        var fresh: Set<Setting> = []
        /// Of these, those that are there to be read only once this plan has handed their controller down.
        var late: Set<Setting> = []
        var failedScopes: Set<Write.Scope> = []
    }

    /// Puts on disk what the plan will touch for the first time, with one fsync for all.
    private func register(_ run: inout Run) throws(ControlError) {
        var old: [(setting: Setting, old: SettingValue)] = []
        var planned: Set<String> = []
        /// Groups that hand down a controller by this plan.
        var handingDown: Set<String> = []
        var plan: [Write] = []
        for write in run.plan {
            let setting = write.setting
            if let yield = yields[setting] {
                guard let until = yield.until, run.now >= until else {
                    run.outcome.yielded.append(yield)
                    continue
                }
                takeBack(setting)
            }
            if case .controller(let file, _) = setting { handingDown.insert(FolderPath.parent(of: file)) }
            let isNew = journal.contents.entries[setting] == nil || left[setting] == nil
            if isAttribute(setting), let path = setting.path,
                FolderPath.lies(path, below: planned.contains) || journal.contents.isInsideOwnGroup(path)
            {
                plan.append(write)
                continue
            }
            guard isNew, !run.fresh.contains(setting) else {
                plan.append(write)
                continue
            }
            do {
                let current = try settings.read(setting)
                if let entry = journal.contents.entries[setting], entry.isOurs(current, of: setting) {
                    // What stands is mete's, of before a restart or an unreadable moment: the old value on disk is the way back.
                    left[setting] = current
                    plan.append(write)
                    continue
                }
                if setting.isSame(current, write.value) {
                    agreed[setting] = write.value
                    run.outcome.standing.append(write)
                    continue
                }
                if let home = home(of: current, setting) {
                    // Born there, of a process that was moved: its way back leads where that one came from.
                    old.append((setting: setting, old: home))
                    left[setting] = current
                    plan.append(write)
                    continue
                }
                if case .group(let path) = setting { planned.insert(path) }
                old.append((setting: setting, old: current))
                run.fresh.insert(setting)
                plan.append(write)
            } catch .notSupported where handsDown(handingDown, to: setting) {
                run.late.insert(setting)
                plan.append(write)
            } catch {
                note(error, of: write, "read", &run)
            }
        }
        run.plan = plan
        try journal.register(old)
        if !old.isEmpty { checkpoint(.registered) }
    }

    /// Whether a group above this attribute is among those that hand a controller down.
    private func handsDown(_ groups: Set<String>, to setting: Setting) -> Bool {
        guard case .file(let path) = setting else { return false }
        return groups.contains(FolderPath.parent(of: FolderPath.parent(of: path)))
    }

    /// Where what is in a group of mete's own belongs; nil for other values.
    private func home(of value: SettingValue, _ setting: Setting) -> SettingValue? {
        guard case .cgroup(let path) = value, let hierarchy = setting.hierarchy else { return nil }
        return journal.home(of: path, in: hierarchy).map(SettingValue.cgroup)
    }

    /// Attributes go with the group of mete's own that they lie in; a group in it has to be removed before it.
    private func isAttribute(_ setting: Setting) -> Bool {
        if case .group = setting { false } else { true }
    }

    private func perform(_ write: Write, _ run: inout Run) throws(ControlError) {
        let setting = write.setting
        if run.failedScopes.contains(write.scope) || run.failedScopes.contains(.plan) {
            run.outcome.abandoned.append(write)
            return
        }
        do {
            let current = try settings.read(setting)
            if run.late.remove(setting) != nil {
                try journal.register([(setting: setting, old: current)])
                run.fresh.insert(setting)
            }
            let old = journal.contents.entries[setting]?.old
            let expected = run.fresh.contains(setting) ? old : left[setting] ?? old
            if setting.isSame(current, write.value) {
                left[setting] = write.value
                run.outcome.standing.append(write)
                return
            }
            if let expected, !setting.isSame(current, expected), !setting.isTransient(current) {
                let yield = yield(setting, left: expected, found: current, at: run.now, run.holdOff)
                run.outcome.yielded.append(yield)
                return
            }
            try journalIntention(of: write, current: current)
            checkpoint(.intended)
            let start = MonotonicClock.now()
            try settings.write(setting, write.value) { checkpoint(.midway) }
            let cost = MonotonicClock.now() - start
            checkpoint(.written)
            left[setting] = write.value
            agreed[setting] = nil
            if case .group(let folder) = setting, write.value == .absent { try forgetInside(folder) }
            run.made.append((write: write, before: current))
            run.outcome.applied.append(Outcome.Applied(write: write, cost: cost))
        } catch let error as ControlError {
            throw error
        } catch let error as Errno {
            note(error, of: write, "write \(write.value) to", &run)
        } catch {
            throw ControlError(.refused, "write", "\(setting)", detail: "\(error)", remedy: "Report this as a fault.")
        }
    }

    private func journalIntention(of write: Write, current: SettingValue) throws(ControlError) {
        if case .cgroup(let group) = write.value, case .cgroup(let origin) = current,
            let hierarchy = write.setting.hierarchy, journal.contents.isOwnGroup(hierarchy.folder(of: group))
        {
            // From one of mete's groups to another, home stays where it was.
            let home = journal.home(of: origin, in: hierarchy) ?? origin
            try journal.noteOrigin(of: hierarchy.folder(of: group), hierarchy.folder(of: home))
        }
        // The journal keeps the last two intentions. After writes that failed, neither may be what stands.
        if let entry = journal.contents.entries[write.setting], !write.setting.isSame(current, entry.old),
            !(entry.intended.first.map { write.setting.isSame(current, $0) } ?? false)
        {
            try journal.intend(write.setting, current)
        }
        try journal.intend(write.setting, write.value)
    }

    private func yield(
        _ setting: Setting, left: SettingValue, found: SettingValue, at now: Instant, _ holdOff: Nanoseconds?
    ) -> Yield {
        var holdOff = holdOff
        // A controller that is not handed down is no choice against a weight: systemd withdraws what none of its own units needs.
        if case .controller = setting { holdOff = min(holdOff ?? Self.controllerHoldOff, Self.controllerHoldOff) }
        let yield = Yield(setting: setting, left: left, found: found, since: now, until: holdOff.map { now + $0 })
        yields[setting] = yield
        return yield
    }

    private func note(_ cause: Errno, of write: Write, _ operation: String, _ run: inout Run) {
        if cause.meansGone, !isOwnFolderMissing(write) {
            run.outcome.gone.append(write.setting)
            return
        }
        let error = ControlError(
            .refused, operation, "\(write.setting)", cause: cause, remedy: write.setting.remedy(for: cause))
        run.outcome.failures.append(Outcome.Failure(write: write, error: error))
        guard write.scope != .alone else { return }
        run.failedScopes.insert(write.scope)
        undo(&run) { write.scope == .plan || $0.scope == write.scope }
    }

    /// A group that cannot be made because its parent is not there has failed; it did not end.
    private func isOwnFolderMissing(_ write: Write) -> Bool {
        if case .group = write.setting { true } else { false }
    }

    /// Takes back, in reverse order, what this run has written and `belongs` says goes with a failure.
    private func undo(_ run: inout Run, _ belongs: (Write) -> Bool) {
        for index in run.made.indices.reversed() where belongs(run.made[index].write) {
            let (write, before) = run.made.remove(at: index)
            let setting = write.setting
            run.outcome.applied.removeAll { $0.write.setting == setting }
            do {
                let current = try settings.read(setting)
                // Another's value stands: not mete's to take back.
                guard setting.isSame(current, write.value) else { continue }
                try settings.write(setting, before) { checkpoint(.midway) }
                checkpoint(.rolledBack)
                left[setting] = run.fresh.contains(setting) ? nil : before
                run.outcome.rolledBack.append(setting)
                if run.fresh.contains(setting) { try journal.forget(CollectionOfOne(setting)) }
            } catch let error as ControlError {
                run.outcome.journalError = error
            } catch let error as Errno {
                // The entry stays in the journal, so that a restoration tries again.
                if error.meansGone { continue }
                let failure = ControlError(
                    .refused, "roll back to \(before) in", "\(setting)", cause: error,
                    remedy: setting.remedy(for: error))
                run.outcome.failures.append(Outcome.Failure(write: write, error: failure))
            } catch {
                run.outcome.abandoned.append(write)
            }
        }
    }
}
