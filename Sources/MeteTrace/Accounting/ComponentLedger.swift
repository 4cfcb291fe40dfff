import MeteModel

/// What each component used: in the window that is open, and since tracing began.
struct ComponentLedger {
    struct Account {
        var component: ComponentID
        var window = CPUUsage()
        var total = CPUUsage()
        /// In the window that is open.
        var throttled: Nanoseconds = 0
        var faults = PageFaults()
        /// Of its processes now.
        var memory = MemoryUsage()
        var disk = DiskUsage()
        var network = NetworkUsage()
        var threads = 0
        var processes = 0
        /// Windows closed since it last had a thread or any usage.
        var emptyWindows = 0
    }

    /// Windows after which an account that nobody belongs to is given up: a found component that is gone for good.
    private static let emptyWindowsKept = 50

    private(set) var accounts: ContiguousArray<Account> = []
    private var indexOfComponent: [ComponentID: Int] = [:]
    private var free: [Int] = []
    /// Accounts in use, by component; nil after one has come or gone.
    private var order: [Int]?
    /// Components that have an account even when nobody belongs to them.
    private var permanent: Set<ComponentID>

    init(permanent: [ComponentID]) {
        self.permanent = Set(permanent)
        for component in permanent {
            _ = index(of: component)
        }
    }

    /// Index of the component's account, which is opened when there is none; valid while a thread refers to it.
    mutating func index(of component: ComponentID) -> Int {
        if let index = indexOfComponent[component] { return index }
        let account = Account(component: component)
        let index: Int
        if let reused = free.popLast() {
            index = reused
            accounts[index] = account
        } else {
            index = accounts.count
            accounts.append(account)
        }
        indexOfComponent[component] = index
        order = nil
        return index
    }

    func existingIndex(of component: ComponentID) -> Int? { indexOfComponent[component] }

    /// How many accounts in use have this index or a higher one.
    func count(from index: Int) -> Int {
        accounts.count > index ? indexOfComponent.values.count { $0 >= index } : 0
    }

    mutating func add(_ usage: CPUUsage, _ faults: PageFaults, to index: Int) {
        accounts[index].window += usage
        accounts[index].total += usage
        accounts[index].faults += faults
    }

    mutating func clearMemory() {
        for index in accounts.indices { accounts[index].memory = MemoryUsage() }
    }

    mutating func add(_ memory: MemoryUsage, to index: Int) {
        accounts[index].memory += memory
    }

    mutating func add(_ disk: DiskUsage, _ network: NetworkUsage, to index: Int) {
        accounts[index].disk += disk
        accounts[index].network += network
    }

    mutating func add(throttled time: Nanoseconds, to index: Int) {
        accounts[index].throttled += time
    }

    /// Takes delay out of the open window; it stays in the total.
    mutating func withdraw(delay: Nanoseconds, from index: Int) {
        accounts[index].window.runQueueDelay = max(0, accounts[index].window.runQueueDelay - delay)
    }

    mutating func countThreads(_ change: Int, in index: Int) {
        accounts[index].threads += change
    }

    mutating func countProcesses(_ change: Int, in index: Int) {
        accounts[index].processes += change
    }

    mutating func keep(_ components: [ComponentID]) {
        permanent = Set(components)
        for component in components {
            _ = index(of: component)
        }
    }

    /// Ends the window: one sample per component, ordered by component.
    mutating func close(start: Instant, end: Instant) -> [UsageSample] {
        var samples: [UsageSample] = []
        samples.reserveCapacity(indexOfComponent.count)
        let order = order ?? indexOfComponent.sorted { $0.key < $1.key }.map(\.value)
        self.order = order
        for index in order {
            let account = accounts[index]
            samples.append(
                UsageSample(
                    component: account.component, start: start, end: end, cpu: account.window,
                    throttled: account.throttled, faults: account.faults,
                    memory: account.memory, disk: account.disk, network: account.network, threads: account.threads,
                    processes: account.processes))
            let isEmpty = account.threads == 0 && account.processes == 0 && account.window == CPUUsage()
            accounts[index].emptyWindows = isEmpty ? account.emptyWindows + 1 : 0
            accounts[index].window = CPUUsage()
            accounts[index].throttled = 0
            accounts[index].faults = PageFaults()
            accounts[index].disk = DiskUsage()
            accounts[index].network = NetworkUsage()
        }
        giveUpEmptyAccounts()
        return samples
    }

    /// What each component used since tracing began, ordered by component.
    var totals: [(component: ComponentID, usage: CPUUsage)] {
        indexOfComponent.sorted { $0.key < $1.key }.map { ($0.key, accounts[$0.value].total) }
    }

    private mutating func giveUpEmptyAccounts() {
        let stale = indexOfComponent.filter { component, index in
            accounts[index].emptyWindows > Self.emptyWindowsKept && !permanent.contains(component)
        }
        for (component, index) in stale {
            indexOfComponent[component] = nil
            order = nil
            free.append(index)
        }
    }
}
