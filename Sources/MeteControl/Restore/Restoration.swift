internal import Glibc

/// Brings everything in a journal back to what it was before mete, from the journal alone.
///
/// Threads leave SCHED_DEADLINE first, then processes leave mete's groups, whichever group they were moved to last; the rest goes
/// back in the reverse of the order in which it was touched, so that a controller is withdrawn after the groups that used it. On v2
/// a group refuses processes while it hands a controller down: those that were refused are tried again at the end. Each setting is
/// compared first: where neither mete's value nor the old one stands, somebody else wrote it, and it stays. Running it twice changes nothing: what succeeded is struck out, and the journal is removed at the end.
package struct Restoration {
    /// How long a group may take to empty: processes that are ending leave it by themselves.
    private static let emptyingRounds = 200
    private static let emptyingPause: UInt32 = 5_000

    /// Points at which a test may end the process.
    package enum Checkpoint: String, Sendable { case midway, written }

    private let journal: Journal
    private let checkpoint: (Checkpoint) -> Void

    package init(journal: Journal, checkpoint: @escaping (Checkpoint) -> Void = { _ in }) {
        self.journal = journal
        self.checkpoint = checkpoint
    }

    package func run() throws(ControlError) -> RestoreReport {
        var report = RestoreReport()
        report.damage = journal.contents.damage
        report.voidBootID = journal.voidBootID
        let entries = journal.contents.ordered.reversed()
        let threads = entries.filter { $0.setting.schedulingThread != nil }
        let memberships = entries.filter { $0.setting.hierarchy != nil }
        let others = entries.filter { $0.setting.schedulingThread == nil && $0.setting.hierarchy == nil }
        var refused: [(setting: Setting, entry: JournalContents.Entry)] = []
        func restoreAll(_ entries: [(setting: Setting, entry: JournalContents.Entry)], isLast: Bool)
            throws(ControlError)
        {
            for (setting, entry) in entries {
                let action = restore(setting, entry, &report)
                if case .failed(let error) = action, error.cause == .busy, !isLast {
                    refused.append((setting, entry))
                    continue
                }
                report.steps.append(RestoreReport.Step(setting: setting, action: action))
                if case .failed = action { continue }
                try journal.forget(CollectionOfOne(setting))
            }
        }
        try restoreAll(threads, isLast: true)
        try restoreAll(memberships, isLast: false)
        try restoreAll(others, isLast: true)
        try restoreAll(refused, isLast: true)
        if !report.damage.isEmpty { try journal.keepDamaged() }
        let hasFailures = report.steps.contains { if case .failed = $0.action { true } else { false } }
        if !hasFailures { try journal.remove() }
        return report
    }

    private func restore(
        _ setting: Setting, _ entry: JournalContents.Entry, _ report: inout RestoreReport
    ) -> RestoreReport.Action {
        do throws(Errno) {
            guard let current = try read(setting) else { return .gone }
            if setting.isSame(current, entry.old) { return .unchanged }
            guard entry.intended.contains(where: { setting.isSame(current, $0) }) || setting.isTransient(current)
            else { return .foreign(stands: current) }
            if case .group(let folder) = setting, entry.old == .absent {
                try remove(folder, &report)
                checkpoint(.written)
                return .restored(.absent)
            }
            if case .controller(let file, "cpu") = setting, entry.old == .absent, try ControllerUse.isInUse(below: file)
            {
                return .inUse
            }
            let target = reachable(entry.old, of: setting)
            try setting.write(target) { checkpoint(.midway) }
            checkpoint(.written)
            return .restored(target)
        } catch {
            if error.meansGone { return .gone }
            if case .controller = setting, error == .busy { return .inUse }
            return .failed(
                ControlError(
                    .refused, "restore \(entry.old) in", "\(setting)", cause: error,
                    remedy: setting.remedy(for: error)))
        }
    }

    /// What stands; nil where the controller was withdrawn, and the value with it.
    private func read(_ setting: Setting) throws(Errno) -> SettingValue? {
        do throws(Errno) { return try setting.read() } catch .notSupported { return nil }
    }

    /// The old value, or for a cgroup that has been removed since, the nearest one above it.
    private func reachable(_ old: SettingValue, of setting: Setting) -> SettingValue {
        guard case .cgroup(let path) = old, let hierarchy = setting.hierarchy else { return old }
        return .cgroup(hierarchy.nearest(to: path))
    }

    /// Removes a group of mete's own once what is in it is back where its movers came from.
    private func remove(_ folder: String, _ report: inout RestoreReport) throws(Errno) {
        for round in 0... {
            let moved = try evacuate(folder)
            if moved > 0 { report.evacuated[folder, default: 0] += moved }
            do {
                try KernelFile.removeFolder(folder)
                return
            } catch .busy where round < Self.emptyingRounds {
                if moved == 0 { usleep(Self.emptyingPause) }
            } catch .notEmpty where round < Self.emptyingRounds {
                usleep(Self.emptyingPause)
            }
        }
    }

    /// Moves what is left in a group to its origin; returns how many were moved.
    private func evacuate(_ folder: String) throws(Errno) -> Int {
        // v1 moves thread by thread, since a process may have threads in several groups.
        let file = KernelFile.exists(folder + "/tasks") ? "tasks" : "cgroup.procs"
        var origin = journal.contents.origins[folder] ?? FolderPath.parent(of: folder)
        while !KernelFile.exists("\(origin)/\(file)") || journal.contents.isOwnGroup(origin)
            || CgroupHierarchy.refusesProcesses(origin)
        {
            let next = FolderPath.parent(of: origin)
            if next == origin { throw .noSuchFile }
            origin = next
        }
        var moved = 0
        for id in try KernelFile.numbers(in: "\(folder)/\(file)") {
            do {
                try KernelFile.write("\(id)", to: "\(origin)/\(file)")
                moved += 1
            } catch .gone {
                continue
            }
        }
        return moved
    }
}
