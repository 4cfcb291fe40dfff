import CMeteWire
import MeteModel

/// What is not in records of threads: what the kernel side counts by slot, and the memory of processes.
extension UsageAccountant {
    // MARK: Memory

    /// Reads the memory of some processes; the next call goes on from there, and begins anew once all have had their turn.
    ///
    /// - Parameter budget: how many at the most; 5 µs each.
    mutating func readMemory(budget: Int) {
        if memoryQueue.isEmpty {
            memoryQueue = processes.entries.keys.filter { !(processes[$0]?.facts.isKernelThread ?? true) }
        }
        for _ in 0..<min(budget, memoryQueue.count) {
            let pid = memoryQueue.removeLast()
            guard processes[pid] != nil, let memory = reader.memory(of: Int32(bitPattern: pid)) else { continue }
            processes[pid]?.memory.resident = memory.resident
            processes[pid]?.memory.anonymous = memory.anonymous
        }
    }

    /// Walks over the page tables of some processes, as far as their share of the time goes.
    ///
    /// - Parameters:
    ///   - window: time since the last call.
    ///   - clock: the monotonic clock, by which a walk is paid for.
    mutating func walkMemory(window: Nanoseconds, clock: () -> Instant) {
        walks.earn(window)
        let now = clock()
        while let pid = nextWalk(now) {
            guard let process = processes[pid] else { continue }
            let start = clock()
            let found = reader.walk(of: Int32(bitPattern: pid))
            let end = clock()
            walks.pay(end - start)
            // One that cannot be looked at waits for its turn like the others.
            processes[pid]?.walk = WalkSchedule.Walk(
                end: end, cost: end - start, resident: process.memory.resident, isComplete: found != nil)
            processes[pid]?.memory.proportional = found?.proportional ?? 0
            processes[pid]?.memory.referenced = found?.referenced ?? 0
            processes[pid]?.memory.swap = found?.swap ?? 0
        }
    }

    private mutating func nextWalk(_ now: Instant) -> UInt32? {
        walks.next(now: now) { [processes] in
            processes.entries.compactMap { pid, process in
                process.facts.isKernelThread
                    ? nil
                    : WalkSchedule.Candidate(pid: pid, resident: process.memory.resident, last: process.walk)
            }
        }
    }

    /// Adds up what processes have by component, as of this instant.
    mutating func sumMemory(now: Instant) {
        ledger.clearMemory()
        for process in processes.entries.values { ledger.add(process.memory(at: now), to: process.component) }
    }

    /// Of every process that has any, the largest first.
    func processMemory(now: Instant) -> [ProcessMemory] {
        processes.entries
            .compactMap { pid, process in
                guard process.memory.resident > 0 else { return nil }
                return ProcessMemory(
                    pid: Int32(bitPattern: pid), name: process.facts.comm,
                    component: ledger.accounts[process.component].component, memory: process.memory(at: now))
            }
            .sorted { ($1.memory.resident, $0.pid) < ($0.memory.resident, $1.pid) }
    }

    // MARK: Groups

    /// The v2 groups that belong to one component as a whole, ordered by path.
    func ownedGroups() -> [(path: String, component: ComponentID)] {
        var owners = GroupOwners()
        for process in processes.entries.values where !process.facts.isKernelThread {
            guard let group = process.cgroups.first(where: { $0.controllers.isEmpty })?.path else { continue }
            owners.add(processIn: group, of: process.strayThreads > 0 ? nil : process.component)
        }
        return owners.groups.map { ($0.path, ledger.accounts[$0.component].component) }
    }

    // MARK: Slots

    /// Where the kernel side is to count the threads of each process for which that has changed since this was last asked; nil for a
    /// process that has ended.
    ///
    /// - Parameter slots: how many there are. The slot of a component is one more than its place in the ledger; 0 is for those without. The
    ///   number of the program that it is true of is with it: see METE_SLOT_EXECS_SHIFT.
    mutating func takeSlotChanges(slots: Int) -> [(id: UInt32, slot: UInt32?)] {
        var changes: [(id: UInt32, slot: UInt32?)] = []
        func slot(of component: Int, _ execs: UInt32) -> UInt32 {
            (component + 1 < slots ? UInt32(component + 1) : 0)
                | (execs & METE_SLOT_EXECS_MASK) << UInt32(METE_SLOT_EXECS_SHIFT)
        }
        for pid in movedProcesses.sorted() {
            guard let process = processes[pid] else {
                changes.append((pid, nil))
                continue
            }
            guard process.strayThreads > 0 else {
                changes.append((pid, slot(of: process.component, process.execs)))
                continue
            }
            changes.append((pid, slot(of: process.component, process.execs) | METE_SLOT_BY_THREAD))
            for index in threads.slots(ofProcess: pid) where threads[index].key.tid != pid {
                changes.append((threads[index].key.tid, slot(of: threads[index].component, process.execs)))
            }
        }
        changes += endedThreads.map { ($0, nil) }
        movedProcesses = []
        endedThreads = []
        return changes
    }

    /// The slot of a component, nil when it has none of its own.
    func slot(of component: ComponentID, slots: Int) -> Int? {
        ledger.existingIndex(of: component).flatMap { $0 + 1 < slots ? $0 + 1 : nil }
    }

    /// Where each process stands, and its component, nil for one that is divided between several. Threads of the kernel are left out: they
    /// work for others.
    var placements: some Sequence<(component: ComponentID?, cgroups: [CgroupMembership])> {
        processes.entries.values.lazy.filter { !$0.facts.isKernelThread }.map { [ledger] process in
            (process.strayThreads > 0 ? nil : ledger.accounts[process.component].component, process.cgroups)
        }
    }

    func component(ofSlot slot: Int) -> ComponentID {
        if slot & Int(METE_SLOT_PENDING) != 0 {
            let pid = UInt32(slot & ~Int(METE_SLOT_PENDING))
            let index = processes[pid]?.component ?? lately[pid]?.component
            return index.map { ledger.accounts[$0].component } ?? .rest
        }
        return slot > 0 && slot <= ledger.accounts.count ? ledger.accounts[slot - 1].component : .rest
    }

    /// Components that have none of so many slots.
    func componentsBeyond(slots: Int) -> Int { ledger.count(from: slots - 1) }

    /// Slots with a component, and the one for what the kernel side cannot tell.
    var usedSlots: Int { ledger.accounts.count + 1 }
}
