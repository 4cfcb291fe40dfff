import CMeteProbes
import CMeteWire
import MeteModel

/// Which processes there are, what they are, and whose.
extension UsageAccountant {
    /// The entry of the record's process, made if there is none.
    mutating func enter(_ record: mete_thread_record, as origin: Origin) -> ProcessTable.Entry {
        if let known = processes[record.pid] {
            guard record.tid == record.pid, known.startTime != record.start_ns else { return known }
            if known.startTime == 0 {
                // Another thread of it was seen first.
                processes[record.pid]?.startTime = record.start_ns
                noteStart(of: record.pid)
                return known
            }
            // The id was used again and the exits of its former owner were lost.
            for slot in threads.slots(ofProcess: record.pid) { remove(slot: slot) }
            if processes[record.pid] != nil { leave(record.pid) }
        }
        let cgroups: [CgroupMembership]
        var facts: ProcessFacts
        var libraries: [String]?
        let parent = processes[record.parent_pid]
        if record.flags & UInt16(METE_FLAG_KERNEL.rawValue) != 0 {
            cgroups = [CgroupMembership(controllers: "", path: "/")]
            facts = ProcessFacts(
                pid: 0, parent: 0, comm: "", executable: nil, commandLine: "", user: 0, cgroups: cgroups)
            libraries = []
        } else if let parent, origin != .found {
            cgroups = parent.cgroups
            facts = parent.facts
            libraries = parent.libraries
        } else if let (program, found) = read(record.pid) {
            cgroups = found
            facts = ProcessFacts(
                pid: 0, parent: 0, comm: "", executable: program.executable, commandLine: program.commandLine,
                user: record.user,
                cgroups: OwnGroups.masked(cgroups, before: parent?.facts.cgroups ?? []))
        } else {
            cgroups = parent?.cgroups ?? []
            facts =
                parent?.facts
                ?? ProcessFacts(
                    pid: 0, parent: 0, comm: "", executable: nil, commandLine: "", user: 0, cgroups: cgroups)
        }
        facts.pid = Int32(bitPattern: record.pid)
        facts.parent = Int32(bitPattern: record.parent_pid)
        facts.comm = ThreadName(record).string
        facts.user = record.user
        let assignment: Assignment
        if let parent, origin == .forked, !classifier.dependsOnAncestors, facts.comm == parent.facts.comm,
            facts.user == parent.facts.user
        {
            // The same facts as its parent's, and nothing else that could decide.
            assignment = parent.assignment
        } else {
            assignment = classifier.assignment(of: facts, lookup: processes.lookup)
        }
        let component = ledger.index(of: assignment.component(forThread: facts.comm))
        ledger.countProcesses(1, in: component)
        let entry = ProcessTable.Entry(
            facts: facts, startTime: record.tid == record.pid ? record.start_ns : 0, assignment: assignment,
            component: component, cgroups: cgroups, execs: record.execs, libraries: libraries)
        processes[record.pid] = entry
        if libraries == nil { noteProgram(of: record.pid) } else { descriptions.noteChange(of: record.pid) }
        processes[record.parent_pid]?.children += 1
        movedProcesses.insert(record.pid)
        return entry
    }

    /// What a process is and where, or nil where it ended before all of that could be read: half of it may be true of no component.
    private mutating func read(_ pid: UInt32) -> (Program, [CgroupMembership])? {
        let pid = Int32(bitPattern: pid)
        guard let program = reader.program(of: pid) else { return nil }
        let cgroups = reader.cgroups(of: pid)
        // A machine may have no cgroups at all.
        if cgroups.isEmpty, reader.program(of: pid) == nil { return nil }
        return (program, cgroups)
    }

    mutating func leave(_ pid: UInt32) {
        guard let entry = processes[pid] else { return }
        noteEnd(of: pid)
        ledger.countProcesses(-1, in: entry.component)
        processes[pid] = nil
        movedProcesses.insert(pid)
        lately[pid] = (entry.component, entry.startTime, windows)
        processes[UInt32(bitPattern: entry.facts.parent)]?.children -= 1
    }

    mutating func applyExec(_ exec: mete_exec_record) {
        let record = exec.thread
        if exec.old_tid != record.tid,
            let slot = threads.slots(ofProcess: record.pid).first(where: { threads[$0].key.tid == exec.old_tid })
        {
            if let former = threads.slot(of: ThreadKey(record)) { remove(slot: former) }
            threads.rekey(slot: slot, to: ThreadKey(record))
        }
        let slot = count(record)
        threads[slot].name = ThreadName(record)
        let path = withUnsafeBytes(of: exec.path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        processes[record.pid]?.facts.comm = ThreadName(record).string
        processes[record.pid]?.facts.user = record.user
        readProgram(of: record.pid, otherwise: path)
        noteProgram(of: record.pid)
        movedProcesses.insert(record.pid)
        // Born straight into a cgroup (CLONE_INTO_CGROUP), it has not been moved.
        readCgroups(of: record.pid)
        reassign(record.pid)
    }

    mutating func readProgram(of pid: UInt32, otherwise path: String?) {
        let program = reader.program(of: Int32(bitPattern: pid))
        guard let executable = program?.executable ?? path else { return }
        processes[pid]?.facts.executable = executable
        processes[pid]?.facts.commandLine = program?.commandLine ?? executable
    }

    mutating func readCgroups(of pid: UInt32) {
        let found = reader.cgroups(of: Int32(bitPattern: pid))
        guard let process = processes[pid], !found.isEmpty, found != process.cgroups else { return }
        processes[pid]?.cgroups = found
        processes[pid]?.facts.cgroups = OwnGroups.masked(found, before: process.facts.cgroups)
        descriptions.noteChange(of: pid)
        generation += 1
    }

    /// Reads anew what is known of every process, after execs or moves found no room.
    package mutating func readAllProcesses() {
        for (pid, process) in processes.entries.sorted(by: { $0.key < $1.key }) where !process.facts.isKernelThread {
            readProgram(of: pid, otherwise: nil)
            if processes[pid]?.facts != process.facts { noteProgram(of: pid) }
            readCgroups(of: pid)
            // The kernel side forgot where it belongs when it ran a new program, of which no record may have come.
            movedProcesses.insert(pid)
            reassign(pid)
        }
    }

    /// Decides anew which components a process and its threads belong to, and its descendants where that may depend on it.
    mutating func reassign(_ pid: UInt32) {
        guard let process = processes[pid] else { return }
        let assignment = classifier.assignment(of: process.facts, lookup: processes.lookup)
        let component = ledger.index(of: assignment.component(forThread: process.facts.comm))
        if assignment != process.assignment || component != process.component {
            ledger.countProcesses(-1, in: process.component)
            ledger.countProcesses(1, in: component)
            processes[pid]?.assignment = assignment
            processes[pid]?.component = component
            var stray = 0
            for slot in slots(of: process, pid) {
                let index = componentIndex(of: processes[pid] ?? process, thread: threads[slot].name)
                let before = threads[slot].component
                threads[slot].component = index
                ledger.countThreads(-1, in: before)
                ledger.countThreads(1, in: index)
                stray += index == component ? 0 : 1
            }
            processes[pid]?.strayThreads = stray
            movedProcesses.insert(pid)
            descriptions.noteChange(of: pid)
            generation += 1
        }
        guard classifier.dependsOnAncestors, process.children > 0 else { return }
        for (child, entry) in processes.entries.sorted(by: { $0.key < $1.key })
        where UInt32(bitPattern: entry.facts.parent) == pid && child != pid {
            reassign(child)
        }
    }

    private func slots(of process: ProcessTable.Entry, _ pid: UInt32) -> [Int] {
        if process.threads == 1, let only = threads.slot(of: ThreadKey(tid: pid, startTime: process.startTime)) {
            return [only]
        }
        return threads.slots(ofProcess: pid)
    }

    mutating func componentIndex(of process: ProcessTable.Entry, thread name: ThreadName) -> Int {
        switch process.assignment {
        case .process: process.component
        case .byThread(let threads): ledger.index(of: threads.component(forThread: name.string))
        }
    }
}
