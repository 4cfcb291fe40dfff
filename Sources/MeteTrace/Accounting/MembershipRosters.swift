import MeteModel

/// Who belongs to which component, for control. Lists of processes are kept until somebody comes, goes or moves; which threads are
/// hot is found out at every call, at about 20 ns per thread.
struct MembershipRosters {
    private var generation = -1
    private var processes: [Int: [ProcessRef]] = [:]
    private var looseThreads: [Int: [ThreadRef]] = [:]

    /// Share of a component's usage that its hot threads account for, and how many there are at most.
    private static let hotShare = 0.95
    private static let mostHot = 16
    /// Cores below which a thread is never hot.
    private static let leastLoad = 0.001

    mutating func memberships(
        of components: [ComponentID], in accountant: UsageAccountant, cpuController: String
    ) -> [Membership] {
        if generation != accountant.generation {
            readProcesses(accountant, cpuController)
            generation = accountant.generation
        }
        var busy: [Int: [ThreadLoad]] = [:]
        for entry in accountant.threads.slots where entry.isLive && entry.load >= Self.leastLoad {
            busy[entry.component, default: []].append(
                ThreadLoad(thread: entry.ref, name: entry.name.string, usage: entry.load))
        }
        let indexOf = Dictionary(
            accountant.ledger.accounts.enumerated().map { ($0.element.component, $0.offset) },
            uniquingKeysWith: { _, last in last })
        return components.map { component in
            guard let index = indexOf[component] else { return Membership(component: component) }
            return Membership(
                component: component, processes: processes[index] ?? [], looseThreads: looseThreads[index] ?? [],
                hotThreads: Self.hottest(busy[index] ?? []))
        }
    }

    private mutating func readProcesses(_ accountant: UsageAccountant, _ cpuController: String) {
        processes = [:]
        looseThreads = [:]
        var split: Set<UInt32> = []
        for (pid, entry) in accountant.processes.entries {
            // Threads of the kernel stay where the kernel puts them.
            if entry.facts.isKernelThread { continue }
            // One whose first thread ended before mete began is known by its other threads only: nothing tells it from a later process.
            if entry.strayThreads > 0 || entry.startTime == 0 {
                split.insert(pid)
                continue
            }
            let path = entry.cgroups.first { $0.holds(controller: cpuController) }?.path ?? "/"
            processes[entry.component, default: []].append(
                ProcessRef(pid: Int32(bitPattern: pid), startTime: entry.startTime, cpuCgroup: path))
        }
        for index in processes.keys {
            processes[index]?.sort { $0.pid < $1.pid }
        }
        guard !split.isEmpty else { return }
        for entry in accountant.threads.slots where entry.isLive && split.contains(entry.pid) {
            looseThreads[entry.component, default: []].append(entry.ref)
        }
        for index in looseThreads.keys {
            looseThreads[index]?.sort { $0.tid < $1.tid }
        }
    }

    private static func hottest(_ threads: [ThreadLoad]) -> [ThreadLoad] {
        let ordered = threads.sorted { ($1.usage, $0.thread.tid) < ($0.usage, $1.thread.tid) }
        let total = ordered.reduce(0) { $0 + $1.usage }
        var hot: [ThreadLoad] = []
        var covered = 0.0
        for thread in ordered.prefix(mostHot) where covered < hotShare * total {
            hot.append(thread)
            covered += thread.usage
        }
        return hot
    }
}

extension CgroupMembership {
    /// Whether this is the hierarchy whose path decides about CPU: the v1 one with the controller named, or v2 where the name is empty.
    func holds(controller: String) -> Bool {
        controller.isEmpty ? controllers.isEmpty : controllers.split(separator: ",").contains { $0 == controller }
    }
}
