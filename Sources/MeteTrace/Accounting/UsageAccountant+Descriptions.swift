package import MeteModel

/// What processes are. All but their libraries is known from classification already.
extension UsageAccountant {
    /// What is new, different or over since this was last called.
    package mutating func takeProcessChanges() -> ProcessChanges {
        var described: [UInt32] = []
        var log = descriptions
        let changes = log.take { pid in
            described.append(pid)
            return processes[pid].map { description(of: $0, pid) }
        }
        descriptions = log
        for pid in described { processes[pid]?.isDescribed = true }
        return changes
    }

    /// Reads the libraries of programs that began a moment ago, once for each.
    ///
    /// - Parameter hasTime: asked after each; what is left when it says no comes first the next time.
    package mutating func readLibraries(now: Instant, while hasTime: () -> Bool) {
        var due = descriptions.takeUnread(now: now)
        while let program = due.popFirst() {
            // The process may have ended, or run another program that comes later in the queue.
            guard let process = processes[program.pid], process.program == program.number else { continue }
            let libraries = reader.libraries(of: Int32(bitPattern: program.pid)) ?? []
            processes[program.pid]?.libraries = libraries
            if !libraries.isEmpty { descriptions.noteChange(of: program.pid) }
            guard hasTime() else { break }
        }
        descriptions.putBack(due)
    }

    /// A process with the libraries that it has now.
    package mutating func describe(_ pid: UInt32) -> ProcessDescription? {
        guard let process = processes[pid] else { return nil }
        var description = description(of: process, pid)
        guard !process.facts.isKernelThread else { return description }
        description.libraries = reader.libraries(of: Int32(bitPattern: pid)) ?? description.libraries
        return description
    }

    /// A process is about to be forgotten.
    mutating func noteEnd(of pid: UInt32) {
        guard let process = processes[pid] else { return }
        let isOwed = descriptions.owesDescription(of: pid) && descriptions.hasRoomForShortLived
        descriptions.noteEnd(
            of: process.key(pid), isDescribed: process.isDescribed,
            owing: isOwed ? description(of: process, pid) : nil)
    }

    /// A process of which only other threads were known has shown its first one, and with it what names it for ever.
    mutating func noteStart(of pid: UInt32) {
        if processes[pid]?.isDescribed == true {
            descriptions.noteOtherName(insteadOf: ProcessKey(pid: Int32(bitPattern: pid), start: 0))
        }
        processes[pid]?.isDescribed = false
        descriptions.noteChange(of: pid)
    }

    /// A process runs a program whose libraries are not known.
    mutating func noteProgram(of pid: UInt32) {
        processes[pid]?.libraries = nil
        processes[pid]?.program = descriptions.noteProgram(of: pid)
        // It has let go of all that it had.
        processes[pid]?.memory = MemoryUsage()
        processes[pid]?.walk = nil
    }

    private func description(of process: ProcessTable.Entry, _ pid: UInt32) -> ProcessDescription {
        let facts = process.facts
        // A group of mete's own says where the process is, and the one that it came from whose it is.
        let homes = facts.distinctCgroupPaths { $0.tellsComponentsApart && $0.path != "/" }.map(CgroupPath.init)
        return ProcessDescription(
            pid: Int32(bitPattern: pid), start: process.startTime,
            component: ledger.accounts[process.component].component, parent: facts.parent, name: facts.comm,
            executable: facts.executable, commandLine: facts.commandLine, user: facts.user,
            cgroup: process.cgroups.first { $0.tellsComponentsApart && $0.path != "/" }?.path ?? "/",
            unit: homes.lazy.compactMap(\.services.last).first.map { String($0) },
            container: homes.lazy.compactMap(\.containers.last).first.map { String($0.id) },
            libraries: process.libraries ?? [])
    }
}
