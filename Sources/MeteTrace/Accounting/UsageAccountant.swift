import CMeteProbes
package import CMeteWire
import Glibc
package import MeteModel

/// Turns records of threads into usage of components.
///
/// Pure but for `reader`, which is asked once per program. Counters in records are cumulative, so a record that is lost, comes twice or
/// comes late changes when usage is counted and never how much: the difference to what was counted last is what is added.
///
/// Cost: about 100 ns per record, and 10 ns per live thread and window.
package struct UsageAccountant {
    var classifier: any Classifying
    var reader: any ProcessReading
    var threads = ThreadTable()
    var processes = ProcessTable()
    var ledger: ComponentLedger
    /// Nanoseconds since boot: what a thread that is older used before its first record is not usage of any window.
    private let beginning: UInt64
    private var completeSweeps: UInt32 = 0
    /// Changes whenever a process comes, goes, or belongs elsewhere.
    var generation = 0
    /// Processes that have come, gone, or belong elsewhere, they or threads of theirs, since they were last taken.
    var movedProcesses: Set<UInt32> = []
    /// Threads of divided processes that have ended since then.
    var endedThreads: [UInt32] = []
    /// Processes that have ended, with the window in which they did: the kernel side may still have counted something for them.
    var lately: [UInt32: (component: Int, start: UInt64, window: Int)] = [:]
    private(set) var windows = 0
    /// Processes whose memory is yet to be read in this round.
    var memoryQueue: [UInt32] = []
    var walks = WalkSchedule()
    var descriptions: DescriptionLog

    /// - Parameters:
    ///   - permanent: components that have a sample in every window even when nobody belongs to them.
    ///   - beginning: nanoseconds since boot (CLOCK_BOOTTIME) at which tracing began.
    ///   - describes: whether processes are described, by `takeProcessChanges`.
    package init(
        classifier: any Classifying, reader: any ProcessReading, permanent: [ComponentID], beginning: UInt64,
        describes: Bool = false
    ) {
        self.classifier = classifier
        self.reader = reader
        self.beginning = beginning
        descriptions = DescriptionLog(isKept: describes)
        ledger = ComponentLedger(permanent: permanent)
    }

    package var threadCount: Int { threads.count }

    package func policy(of component: ComponentID) -> ComponentPolicy { classifier.policy(of: component) }

    // MARK: Records

    /// Takes in one record from the ring buffer or a sweep.
    package mutating func apply(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= MemoryLayout<mete_thread_record>.size else { return }
        let record = bytes.loadUnaligned(as: mete_thread_record.self)
        switch mete_record_kind(UInt32(record.kind)) {
        case METE_RECORD_USAGE:
            let slot = count(record)
            threads[slot].seenInSweep = completeSweeps
            rename(slot, to: ThreadName(record))
            noteOwner(record)
        case METE_RECORD_EXIT:
            remove(slot: count(record))
        case METE_RECORD_FORK:
            guard threads.slot(of: ThreadKey(record)) == nil else { return }
            _ = adopt(record, as: .forked)
        case METE_RECORD_EXEC where bytes.count >= MemoryLayout<mete_exec_record>.size:
            applyExec(bytes.loadUnaligned(as: mete_exec_record.self))
        case METE_RECORD_RENAME:
            rename(count(record), to: ThreadName(record))
        case METE_RECORD_MOVE:
            _ = count(record)
            if record.flags & UInt16(METE_FLAG_PROCESS.rawValue) != 0 || record.tid == record.pid {
                readCgroups(of: record.pid)
                reassign(record.pid)
            }
        default:
            return
        }
    }

    /// Takes in what exits without room left behind, by process.
    package mutating func apply(spillOf pid: UInt32, _ entry: mete_spill) {
        let usage = CPUUsage(
            runTime: Nanoseconds(entry.run_ns), runQueueDelay: Nanoseconds(entry.wait_ns),
            voluntarySwitches: entry.voluntary_switches, involuntarySwitches: entry.involuntary_switches,
            migrations: entry.migrations)
        let faults = PageFaults(minor: entry.minor_faults, major: entry.major_faults)
        ledger.add(usage, faults, to: home(ofSpilled: pid, entry) ?? ledger.index(of: .rest))
    }

    /// The component of a process whose exit found no room. It may not be known, and both may have ended since in the window that is open.
    /// In a storm its id may already have been another's, who began at another time; who its parent is tells less, since another process
    /// takes it over when that ends.
    private func home(ofSpilled pid: UInt32, _ entry: mete_spill) -> Int? {
        if let known = processes[pid], known.startTime == entry.start_ns { return known.component }
        if let former = lately[pid], former.start == entry.start_ns { return former.component }
        // Of which only other threads than the first have been seen.
        if let known = processes[pid], known.startTime == 0 { return known.component }
        return processes[entry.parent_pid]?.component ?? lately[entry.parent_pid]?.component
    }

    /// Takes in usage of which nothing more is known than how much it is.
    package mutating func apply(unattributed usage: CPUUsage) {
        ledger.add(usage, PageFaults(), to: ledger.index(of: .rest))
    }

    /// Tells that a sweep over all live threads begins; `endCompleteSweep` ends it.
    package mutating func beginCompleteSweep() {
        completeSweeps += 1
    }

    /// Gives up threads that two complete sweeps in a row have not seen: their exit was lost.
    ///
    /// One is not enough: a thread may have ended just before the sweep, with its exit still in the ring buffer.
    package mutating func endCompleteSweep() {
        for slot in threads.slots.indices
        where threads[slot].isLive && threads[slot].seenInSweep + 1 < completeSweeps {
            remove(slot: slot)
        }
    }

    // MARK: Windows

    /// Ends the window: one sample per component, ordered by component.
    ///
    /// A thread that was seen late brings a wait that began before the window. It cannot have wanted more than one CPU, so what is more
    /// is part of the totals, but not of the window.
    package mutating func closeWindow(start: Instant, end: Instant) -> [UsageSample] {
        let window = Double(max(1, end - start))
        let kept = exp2(-window / (0.5 * Double(Nanoseconds.perSecond)))
        for slot in threads.slots.indices where threads[slot].isLive {
            let used = threads[slot].openWindow
            let excess = used.cpu.runTime + used.cpu.runQueueDelay - (end - start)
            if excess > 0 {
                ledger.withdraw(delay: min(excess, used.cpu.runQueueDelay), from: threads[slot].component)
            }
            threads[slot].load = threads[slot].load * kept + Double(used.cpu.runTime) / window * (1 - kept)
            threads[slot].lastWindow = used
            threads[slot].openWindow = ThreadUse()
        }
        windows += 1
        if !lately.isEmpty { lately = lately.filter { windows - $0.value.window <= 2 } }
        return ledger.close(start: start, end: end)
    }

    /// What each component used since tracing began, ordered by component.
    package var totals: [(component: ComponentID, usage: CPUUsage)] { ledger.totals }

    // MARK: Policy

    /// Puts another policy in force for the threads that live.
    package mutating func reclassify(with classifier: any Classifying, permanent: [ComponentID]) {
        self.classifier = classifier
        ledger.keep(permanent)
        for pid in processes.entries.keys.sorted() {
            reassign(pid)
        }
    }

    // MARK: Threads

    enum Origin {
        /// Seen being born.
        case forked
        /// Seen for the first time while it lives.
        case found
        /// Seen for the first time when it ended.
        case ended
    }

    mutating func count(_ record: mete_thread_record) -> Int {
        let isExit = record.kind == UInt16(METE_RECORD_EXIT.rawValue)
        let slot = threads.slot(of: ThreadKey(record)) ?? adopt(record, as: isExit ? .ended : .found)
        noteExecs(record)
        let usage = threads[slot].counted.advance(to: ThreadCounters(record))
        threads[slot].openWindow += usage
        // Traffic of components is counted in the kernel, by kind of socket.
        ledger.add(usage.cpu, usage.faults, to: threads[slot].component)
        return slot
    }

    /// A sweep may know of a new program before its own record has been taken in, and that one may have found no room: then the program is
    /// read here, for what the kernel side is told of it has to be true of it.
    private mutating func noteExecs(_ record: mete_thread_record) {
        let pid = record.pid
        guard record.tid == pid, let process = processes[pid], Int32(bitPattern: record.execs &- process.execs) > 0
        else { return }
        processes[pid]?.execs = record.execs
        movedProcesses.insert(pid)
        guard record.kind != UInt16(METE_RECORD_EXEC.rawValue) else { return }
        processes[pid]?.facts.comm = ThreadName(record).string
        readProgram(of: pid, otherwise: nil)
        noteProgram(of: pid)
        readCgroups(of: pid)
        reassign(pid)
    }

    private mutating func adopt(_ record: mete_thread_record, as origin: Origin) -> Int {
        let process = enter(record, as: origin)
        let name = ThreadName(record)
        let component = componentIndex(of: process, thread: name)
        let isOlder = record.start_ns < beginning
        let entry = ThreadEntry(
            key: ThreadKey(record), pid: record.pid, name: name, component: component,
            counted: isOlder ? ThreadCounters(record) : ThreadCounters(), seenInSweep: completeSweeps)
        ledger.countThreads(1, in: component)
        processes[record.pid]?.threads += 1
        if component != process.component {
            processes[record.pid]?.strayThreads += 1
            movedProcesses.insert(record.pid)
        }
        generation += 1
        return threads.insert(entry)
    }

    mutating func remove(slot: Int) {
        let entry = threads[slot]
        threads.remove(slot: slot)
        ledger.countThreads(-1, in: entry.component)
        generation += 1
        guard let process = processes[entry.pid], process.startTime <= entry.key.startTime else { return }
        if entry.component != process.component { processes[entry.pid]?.strayThreads -= 1 }
        if case .byThread = process.assignment, entry.key.tid != entry.pid { endedThreads.append(entry.key.tid) }
        processes[entry.pid]?.threads -= 1
        if process.threads <= 1 { leave(entry.pid) }
    }

    private mutating func rename(_ slot: Int, to name: ThreadName) {
        guard threads[slot].name != name else { return }
        threads[slot].name = name
        let pid = threads[slot].pid
        if threads[slot].key.tid == pid {
            processes[pid]?.facts.comm = name.string
            descriptions.noteChange(of: pid)
            reassign(pid)
        } else if let process = processes[pid] {
            assign(slot, to: componentIndex(of: process, thread: name))
        }
    }

    /// A process may change its user, and be adopted when its parent ends, with no event that would say so.
    private mutating func noteOwner(_ record: mete_thread_record) {
        guard record.tid == record.pid, let process = processes[record.pid] else { return }
        if process.facts.user != record.user {
            processes[record.pid]?.facts.user = record.user
            descriptions.noteChange(of: record.pid)
            reassign(record.pid)
        }
        let parent = UInt32(bitPattern: process.facts.parent)
        guard parent != record.parent_pid else { return }
        processes[parent]?.children -= 1
        processes[record.parent_pid]?.children += 1
        processes[record.pid]?.facts.parent = Int32(bitPattern: record.parent_pid)
        descriptions.noteChange(of: record.pid)
    }

    private mutating func assign(_ slot: Int, to component: Int) {
        let before = threads[slot].component
        guard before != component else { return }
        let pid = threads[slot].pid
        if let home = processes[pid]?.component {
            processes[pid]?.strayThreads += (component != home ? 1 : 0) - (before != home ? 1 : 0)
            movedProcesses.insert(pid)
        }
        threads[slot].component = component
        ledger.countThreads(-1, in: before)
        ledger.countThreads(1, in: component)
        generation += 1
    }
}
