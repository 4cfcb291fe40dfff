import CMeteWire
import MeteModel

/// What the kernel side has counted by slot since it was last read: disks and network.
///
/// Counters in the kernel only grow, so what a window brings is the difference to the reading before; a slot that another component
/// takes over goes on where the former left it. What processes counted while they were pending is taken out once it has not changed for a
/// while: they count elsewhere by then, and what a CPU adds to an entry that is being taken out would be lost.
struct ResourceMeter {
    private struct DisturbanceKey: Hashable {
        var waiter: Int
        var runner: Int
        var kind: UInt32
    }

    private struct DiskKey: Hashable {
        var device: DiskDevice
        var slot: Int
    }

    private struct Reading<Usage> {
        var usage: Usage
        /// When it was first read so.
        var since: Instant
    }

    /// That pending entries stay unchanged: see above.
    private static let settling: Nanoseconds = 2 * .perSecond

    private let probes: KernelProbes
    private let options: KernelProbes.Options
    private var network: [NetworkUsage]
    private var pendingNetwork: [Int: Reading<NetworkUsage>] = [:]
    private var disk: [DiskKey: Reading<DiskUsage>] = [:]
    private var threadDisk: [UInt32: DiskUsage] = [:]
    private var latencies: [Int: ComponentLatencies] = [:]
    private var disturbances: [DisturbanceKey: (time: Nanoseconds, changed: Instant)] = [:]
    private var places: PendingPlaces

    init(_ probes: KernelProbes, _ options: KernelProbes.Options) {
        self.probes = probes
        self.options = options
        places = PendingPlaces(probes)
        network = Array(repeating: NetworkUsage(), count: options.network ? probes.slots : 0)
    }

    /// Since the last reading, by slot, those without any left out.
    ///
    /// - Parameter slots: as many are in use.
    mutating func readNetwork(slots: Int, now: Instant) throws(TraceError) -> [(slot: Int, usage: NetworkUsage)] {
        guard options.network else { return [] }
        var found: [(slot: Int, usage: NetworkUsage)] = []
        for slot in 0..<min(slots, network.count) {
            let usage = probes.network(slot: slot)
            guard usage != network[slot] else { continue }
            found.append((slot, usage - network[slot]))
            network[slot] = usage
        }
        var settled: [Int] = []
        for count in try probes.pendingNetwork() {
            let before = pendingNetwork[count.slot]
            guard count.usage == before?.usage else {
                found.append((count.slot, count.usage - (before?.usage ?? NetworkUsage())))
                pendingNetwork[count.slot] = Reading(usage: count.usage, since: now)
                continue
            }
            if let before, now - before.since >= Self.settling { settled.append(count.slot) }
        }
        // What came since this was read is in it as well.
        for slot in settled {
            let last = try probes.takePendingNetwork(slot)
            let before = pendingNetwork.removeValue(forKey: slot)?.usage ?? NetworkUsage()
            if last != before { found.append((slot, last - before)) }
        }
        return found
    }

    /// Looks who is pending: to be called once per window, before the readings that tell slots.
    mutating func readPlaces(now: Instant) {
        guard options.delayHistograms || options.disk else { return }
        places.read(now: now)
    }

    /// Durations that ended since the last reading, by slot.
    mutating func readLatencies(slots: Int) -> [(slot: Int, latencies: ComponentLatencies)] {
        guard options.delayHistograms || options.disk else { return [] }
        var found: [(slot: Int, latencies: ComponentLatencies)] = []
        for slot in 0..<min(slots, probes.slots) {
            let now = probes.latencies(at: slot)
            let before = latencies[slot] ?? ComponentLatencies()
            guard now != before else { continue }
            found.append((slot, now - before))
            latencies[slot] = now
        }
        for (process, more) in places.takeLatencies() {
            found.append((Int(METE_SLOT_PENDING | process), more))
        }
        return found
    }

    /// Pairs with this waiter of which the kernel side had counted something when they were last read.
    func knownDisturbances(of waiter: Int) -> Int { disturbances.keys.count { $0.waiter == waiter } }

    /// Since the last reading, by slots. Pairs of which nothing has come for long are given up.
    mutating func readDisturbances(now: Instant) throws(TraceError) -> [KernelProbes.DisturbanceCount] {
        guard options.delayHistograms else { return [] }
        var found: [KernelProbes.DisturbanceCount] = []
        for count in try probes.disturbances() {
            let key = DisturbanceKey(waiter: count.waiter, runner: count.runner, kind: count.kind.rawValue)
            let before = disturbances[key]
            var more = count
            if let before, before.time == count.time {
                guard now - before.changed >= options.disturbancesKept else { continue }
                // What came since this was read is in it as well.
                more.time = try probes.takeDisturbance(count) - before.time
                disturbances[key] = nil
            } else {
                more.time -= before?.time ?? 0
                disturbances[key] = (count.time, now)
            }
            guard more.time > 0 else { continue }
            more.waiter = places.slot(of: count.waiter)
            if count.kind == METE_RUNNER_COMPONENT { more.runner = places.slot(of: count.runner) }
            found.append(more)
        }
        return found
    }

    /// Since the last reading, by device and slot.
    mutating func readDisk(now: Instant) throws(TraceError) -> [KernelProbes.DiskCount] {
        guard options.disk else { return [] }
        var found: [KernelProbes.DiskCount] = []
        var settled: [DiskKey] = []
        for count in try probes.disk() {
            let key = DiskKey(device: count.device, slot: count.slot)
            let before = disk[key]
            guard count.usage == before?.usage else {
                var more = count
                more.usage = count.usage - (before?.usage ?? DiskUsage())
                found.append(more)
                disk[key] = Reading(usage: count.usage, since: now)
                continue
            }
            if count.slot >= probes.slots, let before, now - before.since >= Self.settling { settled.append(key) }
        }
        // What came since this was read is in it as well.
        for key in settled {
            let last = try probes.takeDisk(key.device, key.slot)
            let before = disk.removeValue(forKey: key)?.usage ?? DiskUsage()
            guard last != before else { continue }
            found.append(KernelProbes.DiskCount(device: key.device, slot: key.slot, usage: last - before))
        }
        return found
    }

    /// Since the last reading, by thread. Entries of threads that have ended are given up once they have been read.
    mutating func readThreadDisk(isAlive: (UInt32) -> Bool) throws(TraceError) -> [UInt32: DiskUsage] {
        guard options.disk else { return [:] }
        var found: [UInt32: DiskUsage] = [:]
        var ended: [UInt32] = []
        for count in try probes.threadDisk() {
            let before = threadDisk[count.tid] ?? DiskUsage()
            if count.usage != before { found[count.tid] = count.usage - before }
            if isAlive(count.tid) {
                threadDisk[count.tid] = count.usage
            } else {
                ended.append(count.tid)
            }
        }
        for tid in ended {
            probes.forgetThreadDisk(tid)
            threadDisk[tid] = nil
        }
        return found
    }
}
