internal import MeteModel

/// The way home out of groups of mete's own: for what may not stay there under this policy, and for whatever is left in a group that
/// goes.
extension CPUController {
    /// What brings home the strays among the members, and threads that were moved one by one and now belong where their process does.
    func homecomings(_ hierarchy: CgroupHierarchy, strays: (processes: [ProcessRef], threads: [ThreadRef])) -> [Write] {
        let named =
            strays.processes.map { Setting.processGroup(ThreadKey($0), in: hierarchy) }
            + strays.threads.map { Setting.threadGroup(ThreadKey($0), in: hierarchy) }
        let straying = Set(strays.processes.map(\.pid))
        return named.compactMap(homecoming) + leftBehind(hierarchy, leaving: straying)
    }

    /// Empties a group of mete's own that no component needs any more. Returns whether it is empty as it stands: only then can it go.
    func vacate(_ folder: String, _ plan: inout ControlPlan) throws(Errno) -> Bool {
        guard let hierarchy, KernelFile.isFolder(folder) else { return true }
        let processes = try KernelFile.numbersIfPresent(in: folder + "/cgroup.procs")
        // Processes of which only threads are in it come home thread by thread.
        let threads = hierarchy.version == .v1 ? try KernelFile.numbersIfPresent(in: folder + "/tasks") : []
        let isInside: (Int32) -> Bool = { (try? hierarchy.cgroup(of: $0)).map(hierarchy.folder(of:)) == folder }
        let whole = processes.filter(isInside)
        // By thread: a process and its first thread are two settings of one.
        let planned = Set(plan.moves.compactMap(\.setting.thread))
        let settings =
            whole.isEmpty
            ? threads.compactMap { tid in ThreadKey(living: tid).map { Setting.threadGroup($0, in: hierarchy) } }
            : whole.compactMap { pid in ThreadKey(living: pid).map { Setting.processGroup($0, in: hierarchy) } }
        plan.moves += settings.filter { !($0.thread.map(planned.contains) ?? false) }.compactMap(homecoming)
        guard processes.isEmpty, threads.isEmpty else { return false }
        return try KernelFile.folders(in: folder).isEmpty
    }

    /// Brings to their process the threads that mete moved one by one, that are alive, and that no membership names: their process is
    /// divided no more. What is there already, or goes home with its process, needs no write of its own.
    private func leftBehind(_ hierarchy: CgroupHierarchy, leaving: Set<Int32>) -> [Write] {
        let living = livingMembers
        return executor.membershipSettings.compactMap { setting in
            guard case .threadGroup(let thread, _) = setting, !living.contains(thread),
                ThreadKey(living: thread.id) == thread,
                // Ended meanwhile: it belongs nowhere.
                let process = try? ThreadStat.process(of: thread.id), !leaving.contains(process),
                let home = try? hierarchy.cgroup(of: process), (try? hierarchy.cgroup(of: thread.id)) != home
            else { return nil }
            return Write(setting, .cgroup(home), scope: .alone, reason: .comeHome)
        }
    }

    private func homecoming(_ setting: Setting) -> Write? {
        guard let hierarchy = setting.hierarchy, let thread = setting.thread else { return nil }
        // Gone meanwhile: it needs no way back.
        guard let cgroup = try? hierarchy.cgroup(of: thread.id) else { return nil }
        let home: SettingValue
        if case .cgroup(let path)? = executor.journal.contents.entries[setting]?.old {
            home = .cgroup(hierarchy.nearest(to: path))
        } else if let path = executor.journal.home(of: cgroup, in: hierarchy) {
            home = .cgroup(path)
        } else {
            return nil
        }
        return Write(setting, home, scope: .alone, reason: .comeHome)
    }
}
