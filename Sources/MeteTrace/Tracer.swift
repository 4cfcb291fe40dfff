import CMeteProbes
import Glibc
package import MeteModel

/// The eyes of the agent and of `mete trace`: loads the kernel programs, takes in every thread, and cuts time into windows.
///
/// Writes nothing to the kernel but its own programs. Belongs to one thread.
package final class Tracer {
    private let probes: KernelProbes
    private var accountant: UsageAccountant
    private var capacity: CapacityMeter
    private var windowStart: Instant
    private var losses = TraceLosses()
    private var ticksUntilSweep = 0
    private var rosters = MembershipRosters()
    private var resources: ResourceMeter
    private var calls: CallMeter
    private var pressure: PressureMeter
    package let options: KernelProbes.Options
    /// Nil where disks are not traced, or cannot be told apart by cgroup.
    private var owners: CgroupOwners?
    private var ownersGeneration = -1
    private var ownersTold = Instant(nanoseconds: 0)
    /// Of the window closed last, by waiter.
    private var disturbers: [ComponentID: [Disturbance.Runner: Nanoseconds]] = [:]
    private var disturbersRead = Instant(nanoseconds: 0)

    /// With more threads than this a sweep is not made in every tick: see bpf/sched.bpf.c for what it costs. What a thread used since
    /// its first switch in a tick, less than a slice, is then counted one tick later, and a wait that began before the tick is
    /// seen when it is over, or by the next sweep. Hence only while CPUs are idle: see `mayHideWaits`.
    private static let threadsPerTick = 128
    private static let mostTicksWithoutSweep = 9
    /// Of a window, at the most, for the libraries of new programs: a hundredth of a core.
    private static let libraryShare: Nanoseconds = 100
    /// The same for stalls.
    private static let pressureShare: Nanoseconds = 100

    /// - Parameters:
    ///   - classifier: decides the component of every thread.
    ///   - permanent: components that have a sample in every window.
    ///   - options: see `KernelProbes.Options`.
    /// - Throws: `TraceError`.
    package init(
        classifier: any Classifying, permanent: [ComponentID], options: KernelProbes.Options,
        reader: any ProcessReading = Procfs()
    ) throws(TraceError) {
        var options = options
        // Components that are found are no more than processes; of those that come later most will have gone by then.
        options.slots = options.slots ?? SlotCount(wanted: permanent.count + 2 * Procfs.processCount())
        do {
            probes = try KernelProbes(options)
        } catch {
            throw TraceSupport.explain(error)
        }
        self.options = options
        resources = ResourceMeter(probes, options)
        calls = CallMeter(probes, options)
        owners = options.disk ? IOHierarchy.discover().map { CgroupOwners($0) } : nil
        var lacked: PressureMeter.Resources = .cpu
        if options.memory { lacked.insert(.memory) }
        if options.disk { lacked.insert(.disk) }
        pressure = PressureMeter(lacked)
        capacity = try CapacityMeter()
        accountant = UsageAccountant(
            classifier: classifier, reader: reader, permanent: permanent, beginning: Self.sinceBoot(),
            describes: options.descriptions)
        windowStart = Self.now()
        try sweepCompletely()
        try tellSlots()
        try leaveOutBeginning()
        _ = accountant.closeWindow(start: windowStart, end: windowStart)
    }

    /// What the kernel side counted before it was told who belongs where, it counted as nobody's: it is of no window.
    private func leaveOutBeginning() throws(TraceError) {
        resources.readPlaces(now: Self.now())
        _ = try resources.readNetwork(slots: probes.slots, now: Self.now())
        _ = try resources.readDisk(now: Self.now())
        _ = try resources.readThreadDisk { _ in true }
        _ = try resources.readDisturbances(now: Self.now())
        _ = resources.readLatencies(slots: probes.slots)
        _ = try calls.read { Self.now().nanoseconds }
    }

    package var probeStates: [KernelProbes.Probe] { probes.probes }

    package var threadCount: Int { accountant.threadCount }

    /// How much of the ring buffer was taken in when that was last done, from 0 to 1 and, for what came meanwhile, beyond.
    package private(set) var ringFill = 0.0

    /// Usage of every component since tracing began, ordered by component.
    package var totals: [(component: ComponentID, usage: CPUUsage)] { accountant.totals }

    /// Changes whenever a thread or process comes, goes, or belongs elsewhere.
    package var generation: Int { accountant.generation }

    /// Who a thread is, as of the last record; also shortly after its process has ended.
    package func identity(tid: UInt32, pid: UInt32) -> ThreadIdentity? { accountant.identity(tid: tid, pid: pid) }

    package func policy(of component: ComponentID) -> ComponentPolicy { accountant.policy(of: component) }

    /// Ends the window that is open and says what happened in it.
    package func closeWindow() throws(TraceError) -> TraceWindow {
        // Before the records: a program that has done something by now has told of its beginning, so that it is known whose that was.
        let traffic = try resources.readNetwork(slots: accountant.usedSlots, now: Self.now())
        let requests = try resources.readDisk(now: Self.now())
        resources.readPlaces(now: Self.now())
        let waits = try readDisturbances()
        let called = try calls.read { Self.now().nanoseconds }
        try takeIn()
        try settleLosses()
        disturbers = accountant.attribute(waits)
        accountant.attribute(traffic)
        let disks = accountant.attribute(requests)
        let functions = called.isEmpty ? [:] : accountant.attribute(called)
        readMemory()
        readLibraries()
        try tellSlots()
        let window = Self.now() - windowStart
        let (stalls, ofComponents) =
            options.stalls ? self.stalls(budget: window / Self.pressureShare, averages: false) : (nil, [:])
        let end = Self.now()
        var samples = accountant.closeWindow(start: windowStart, end: end)
        if !ofComponents.isEmpty {
            for index in samples.indices { samples[index].stalls = ofComponents[samples[index].component] }
        }
        let reading = capacity.measure(seconds: (end - windowStart).seconds)
        if Self.mayHideWaits(samples, cpus: reading.cpus, window: end - windowStart) { ticksUntilSweep = 0 }
        let start = windowStart
        windowStart = end
        return TraceWindow(
            samples: samples, capacity: reading, losses: losses, threads: accountant.threadCount,
            componentsWithoutSlot: options.countsBySlot ? accountant.componentsBeyond(slots: probes.slots) : 0,
            disks: disks, calls: samplesOf(functions, start: start, end: end), stalls: stalls)
    }

    /// Whether some thread may wait that only a sweep would find: where CPUs are busy, or where waits are as long as time slices. Those of
    /// threads that wake up together are many and short.
    private static func mayHideWaits(_ samples: [UsageSample], cpus: Int, window: Nanoseconds) -> Bool {
        let capacity = Double(cpus) * Double(window)
        let run = samples.reduce(0) { $0 + $1.cpu.runTime }
        let wait = samples.reduce(0) { $0 + $1.cpu.runQueueDelay }
        let switches = samples.reduce(0) { $0 + $1.cpu.voluntarySwitches + $1.cpu.involuntarySwitches }
        let hasLongWaits = Double(wait) > Double(switches) * Double(Nanoseconds.perMillisecond)
        return Double(run) > 0.75 * capacity || hasLongWaits && Double(wait) > 0.05 * capacity
    }

    /// Takes in what the ring buffer holds, between windows, when more is expected than it has room for.
    package func drain() throws(TraceError) {
        var bytes = 0
        try probes.drain {
            bytes += $0.count
            accountant.apply($0)
        }
        ringFill = Double(bytes) / Double(options.ringBytes)
    }

    /// Who belongs to each of the components now, in their order.
    package func memberships(of components: [ComponentID], cpuController: String) -> [Membership] {
        rosters.memberships(of: components, in: accountant, cpuController: cpuController)
    }

    /// The threads of every component with what they used in the last window, the busiest first.
    ///
    /// Disk use is that since the last call, so this is to be called once per window.
    package func threadUsage() throws(TraceError) -> [ThreadUsage] {
        let alive = accountant.liveThreadIDs
        let disk = try resources.readThreadDisk { alive.contains($0) }
        return accountant.threadUsage(disk: disk)
    }

    /// What each process has in memory, the largest first; nothing where memory is not traced. As old as its last reading: see
    /// `KernelProbes.Options.memoryReadings`.
    package func processMemory() -> [ProcessMemory] {
        options.memory ? accountant.processMemory(now: Self.now()) : []
    }

    /// Durations that ended since the last call, of components that had any: so this is to be called once per window.
    ///
    /// Those of new programs are what the window closed last has brought, and of components beyond the kernel side's slots count as `rest`.
    package func latencies() -> [ComponentID: ComponentLatencies] {
        var found: [ComponentID: ComponentLatencies] = [:]
        for (slot, latencies) in resources.readLatencies(slots: accountant.usedSlots) {
            found[accountant.component(ofSlot: slot), default: ComponentLatencies()] += latencies
        }
        return found
    }

    // MARK: Processes

    /// What has become known of processes since the last call, and which have ended: to be called once per window. Nothing unless
    /// `KernelProbes.Options.descriptions` is set; the first call describes every process that lives.
    package func processChanges() -> ProcessChanges { accountant.takeProcessChanges() }

    /// A process that lives, with the libraries that it has mapped now, those of dlopen(3) included; nil when there is none with this id.
    /// Costs a look into /proc.
    package func describe(pid: Int32) -> ProcessDescription? { accountant.describe(UInt32(bitPattern: pid)) }

    /// Name and command line of a process that lives, as they are known already; nil when there is none with this id.
    package func program(of pid: Int32) -> (name: String, commandLine: String)? {
        accountant.processes[UInt32(bitPattern: pid)].map { ($0.facts.comm, $0.facts.commandLine) }
    }

    private func readLibraries() {
        guard options.descriptions else { return }
        let now = Self.now()
        let end = now.nanoseconds + (now - windowStart) / Self.libraryShare
        accountant.readLibraries(now: now) { Self.now().nanoseconds < end }
    }

    /// Puts another policy in force.
    package func reclassify(with classifier: any Classifying, permanent: [ComponentID]) {
        accountant.reclassify(with: classifier, permanent: permanent)
    }

    /// Who ran while others waited, in waits that ended in the window closed last, the longest first within a waiter.
    package func disturbances() -> [Disturbance] {
        disturbers.flatMap { waiter, runners in
            runners.map { Disturbance(waiter: waiter, runner: $0.key, time: $0.value) }
        }
        .sorted { ($0.waiter, $1.time) < ($1.waiter, $0.time) }
    }

    /// Of how many others, or other reasons, the kernel side remembers that this component waited for them.
    package func rememberedDisturbances(of waiter: ComponentID) -> Int {
        accountant.slot(of: waiter, slots: probes.slots).map { resources.knownDisturbances(of: $0) } ?? 0
    }

    // MARK: Resources

    private func readDisturbances() throws(TraceError) -> [KernelProbes.DisturbanceCount] {
        let now = Self.now()
        guard now - disturbersRead >= options.disturbanceInterval else { return [] }
        disturbersRead = now
        return try resources.readDisturbances(now: now)
    }

    private func readMemory() {
        guard options.memory else { return }
        let window = Self.now() - windowStart
        accountant.readMemory(budget: max(1, Int(options.memoryReadings * window / .perSecond)))
        if options.memoryWalks { accountant.walkMemory(window: window) { Self.now() } }
        accountant.sumMemory(now: Self.now())
    }

    /// Stalls since the last call: of the machine, and of components that have a cgroup of their own. There are none of the
    /// machine at the first call, and where the kernel does not tell them; a group counts from its first reading on. For callers that do not have them with each window: see `KernelProbes.Options.stalls`.
    ///
    /// - Parameter budget: time for reading the files of groups, at least one of which is read. Those left are read in the next call.
    /// - Parameter averages: see `PressureMeter.read`.
    package func stalls(budget: Nanoseconds, averages: Bool = true) -> (
        machine: Stalls?, components: [ComponentID: Stalls]
    ) {
        let machine = pressure.readMachine()
        let groups = accountant.ownedGroups()
        let end = Self.now().nanoseconds + budget
        return (machine, pressure.read(groups, averages: averages) { Self.now().nanoseconds < end })
    }

    /// How many components there can be of which all is counted that the kernel side counts by slot.
    package var componentSlots: Int { probes.slots - 1 }

    private func samplesOf(
        _ counts: [UsageAccountant.CalledBy: CallMeter.Count], start: Instant, end: Instant
    ) -> [CallSample] {
        counts.map { called, count in
            CallSample(
                component: called.component, function: options.functions[called.function].name, start: start, end: end,
                usage: count.usage, durations: LatencySummary(count.durations))
        }
        .sorted { ($0.component, $0.function) < ($1.component, $1.function) }
    }

    /// Tells the kernel side who belongs where, if it counts anything by that.
    private func tellSlots() throws(TraceError) {
        let changes = accountant.takeSlotChanges(slots: probes.slots)
        guard options.countsBySlot else { return }
        try probes.setSlots(changes.compactMap { change in change.slot.map { (change.id, $0) } })
        for change in changes where change.slot == nil { probes.forgetSlot(of: change.id) }
        try tellOwners()
    }

    /// At most once a second, since all processes are looked at.
    private func tellOwners() throws(TraceError) {
        let now = Self.now()
        guard owners != nil, accountant.generation != ownersGeneration, now - ownersTold >= .perSecond else { return }
        ownersGeneration = accountant.generation
        ownersTold = now
        let changes = owners?.changes(accountant.placements) { [accountant, probes] in
            accountant.slot(of: $0, slots: probes.slots)
        }
        try probes.apply(changes ?? [])
    }

    // MARK: Sweeps and losses

    private func takeIn() throws(TraceError) {
        if ticksUntilSweep > 0 {
            ticksUntilSweep -= 1
            try probes.reportRunning()
            try drain()
        } else {
            ticksUntilSweep = min(accountant.threadCount / Self.threadsPerTick, Self.mostTicksWithoutSweep)
            try drain()
            try probes.sweep(all: false) { accountant.apply($0) }
        }
        if ticksUntilSweep > 0 { probes.beginTick() }
    }

    private func sweepCompletely() throws(TraceError) {
        accountant.beginCompleteSweep()
        try probes.sweep(all: true) { accountant.apply($0) }
        accountant.endCompleteSweep()
    }

    private func settleLosses() throws(TraceError) {
        let now = try probes.losses()
        guard now != losses else { return }
        if now.exitRecords != losses.exitRecords {
            try probes.takeSpill { accountant.apply(spillOf: $0, $1) }
            // Two, because one may run into an exit that is still in the ring buffer.
            try sweepCompletely()
            try probes.drain { accountant.apply($0) }
            try sweepCompletely()
        }
        // What found no room is brought by the next sweep.
        if now.usageRecords != losses.usageRecords { ticksUntilSweep = 0 }
        if now.eventRecords != losses.eventRecords { accountant.readAllProcesses() }
        accountant.apply(
            unattributed: CPUUsage(
                runTime: Nanoseconds(now.unattributedRunTime - losses.unattributedRunTime),
                runQueueDelay: Nanoseconds(now.unattributedWait - losses.unattributedWait),
                voluntarySwitches: now.unattributedVoluntarySwitches - losses.unattributedVoluntarySwitches,
                involuntarySwitches: now.unattributedInvoluntarySwitches - losses.unattributedInvoluntarySwitches))
        losses = now
    }

    private static func now() -> Instant { Instant(nanoseconds: nanoseconds(CLOCK_MONOTONIC)) }

    private static func sinceBoot() -> UInt64 { UInt64(nanoseconds(CLOCK_BOOTTIME)) }

    private static func nanoseconds(_ clock: clockid_t) -> Nanoseconds {
        var time = timespec()
        clock_gettime(clock, &time)
        return Nanoseconds(time.tv_sec) * .perSecond + Nanoseconds(time.tv_nsec)
    }
}
