import CMeteProbes
import CMeteWire
import MeteModel

/// Disks, network and histograms: what the kernel side counts by slot, and where it is told which slot a process has.
extension KernelProbes {
    /// Tells where processes, or single threads of those that are divided, are counted from their next switch on.
    func setSlots(_ changes: [(id: UInt32, slot: UInt32)]) throws(TraceError) {
        guard !changes.isEmpty else { return }
        let result = mete_probes_set_slots(handle, changes.map(\.id), changes.map(\.slot), UInt32(changes.count))
        try check(Int(result), "tell the kernel side which component a process belongs to")
        mete_probes_publish_slots(handle)
    }

    func forgetSlot(of id: UInt32) { mete_probes_forget_slot(handle, id) }

    /// Tells which cgroups are one component's, from the next request on.
    func apply(_ changes: [CgroupOwners.Change]) throws(TraceError) {
        for change in changes {
            switch change {
            case .set(let id, let slot):
                try check(
                    Int(mete_probes_set_cgroup_slot(handle, id, UInt32(slot))),
                    "tell the kernel side which component a cgroup belongs to")
            case .forget(let id): mete_probes_forget_cgroup_slot(handle, id)
            }
        }
    }

    /// Places behind those of the slots, for processes that run a new program.
    static let pendingPlaces = Int(METE_PENDING_PLACES)

    /// The process that a place is for, the slots not counted; nil where it is free.
    func owner(ofPending place: Int) -> UInt32? {
        let owner = mete_probes_pending_owner(handle, UInt32(place))
        return owner == 0 ? nil : owner
    }

    /// Lets another process have the place.
    func giveBack(pending place: Int) { mete_probes_free_place(handle, UInt32(place)) }

    /// Durations since the programs were loaded.
    ///
    /// - Parameter place: a slot, or one for what is pending behind the slots.
    func latencies(at place: Int) -> ComponentLatencies {
        ComponentLatencies(
            runQueueDelay: histogram(METE_RUN_QUEUE_DELAY, place), diskReads: histogram(METE_DISK_READ_LATENCY, place),
            diskWrites: histogram(METE_DISK_WRITE_LATENCY, place))
    }

    private func histogram(_ kind: mete_histogram_kind, _ place: Int) -> LatencyHistogram {
        var sum = mete_histogram()
        mete_probes_read_histogram(handle, UInt32(place), kind, &sum)
        return withUnsafeBytes(of: &sum) { LatencyHistogram(counts: Array($0.bindMemory(to: UInt64.self))) }
    }

    /// Since the programs were loaded.
    func network(slot: Int) -> NetworkUsage {
        var sum = mete_network_use()
        mete_probes_read_network(handle, UInt32(slot), &sum)
        return NetworkUsage(sum)
    }

    /// Time for which one waited while another ran, since the programs were loaded.
    struct DisturbanceCount {
        var waiter: Int
        var runner: Int
        var kind: mete_runner
        var time: Nanoseconds
    }

    func disturbances() throws(TraceError) -> [DisturbanceCount] {
        var found: [DisturbanceCount] = []
        let result = withUnsafeMutablePointer(to: &found) { found in
            mete_probes_read_disturbances(
                handle,
                { found, key, time in
                    guard let key = key?.pointee else { return }
                    found?.assumingMemoryBound(to: [DisturbanceCount].self).pointee.append(
                        DisturbanceCount(
                            waiter: Int(key.waiter), runner: Int(key.runner), kind: mete_runner(key.kind),
                            time: Nanoseconds(bitPattern: time)))
                }, found)
        }
        try check(Int(result), "read who ran while others waited")
        return found
    }

    /// Takes out what was counted of one pair: all of it, up to now.
    func takeDisturbance(_ count: DisturbanceCount) throws(TraceError) -> Nanoseconds {
        var key = mete_disturbance_key(
            waiter: UInt32(count.waiter), runner: UInt32(count.runner), kind: count.kind.rawValue)
        var last: UInt64 = 0
        try check(Int(mete_probes_take_disturbance(handle, &key, &last)), "take out who ran while others waited")
        return Nanoseconds(bitPattern: last)
    }

    /// What processes have sent and received while they were pending.
    struct NetworkCount {
        var slot: Int
        var usage: NetworkUsage
    }

    func pendingNetwork() throws(TraceError) -> [NetworkCount] {
        var found: [NetworkCount] = []
        let result = withUnsafeMutablePointer(to: &found) { found in
            mete_probes_read_pending_network(
                handle,
                { found, slot, use in
                    guard let use = use?.pointee else { return }
                    found?.assumingMemoryBound(to: [NetworkCount].self).pointee.append(
                        NetworkCount(slot: Int(slot), usage: NetworkUsage(use)))
                }, found)
        }
        try check(Int(result), "read the counters of the network of new processes")
        return found
    }

    /// Takes out what a process has counted while it was pending.
    func takePendingNetwork(_ slot: Int) throws(TraceError) -> NetworkUsage {
        var last = mete_network_use()
        let result = mete_probes_take_pending_network(handle, UInt32(slot), &last)
        try check(Int(result), "take out the counters of the network of a process")
        return NetworkUsage(last)
    }

    /// Takes out what was counted for one device and slot.
    func takeDisk(_ device: DiskDevice, _ slot: Int) throws(TraceError) -> DiskUsage {
        var key = mete_disk_key(device: device.major << 20 | device.minor, slot: UInt32(slot))
        var last = mete_disk_use()
        try check(Int(mete_probes_take_disk(handle, &key, &last)), "take out the counters of a disk")
        return DiskUsage(last)
    }

    /// What was read and written since the programs were loaded.
    struct DiskCount {
        var device: DiskDevice
        var slot: Int
        var usage: DiskUsage
    }

    func disk() throws(TraceError) -> [DiskCount] {
        var found: [DiskCount] = []
        let result = withUnsafeMutablePointer(to: &found) { found in
            mete_probes_read_disk(
                handle,
                { found, key, use in
                    guard let key = key?.pointee, let use = use?.pointee else { return }
                    let device = DiskDevice(major: key.device >> 20, minor: key.device & 0xfffff)
                    found?.assumingMemoryBound(to: [DiskCount].self).pointee.append(
                        DiskCount(device: device, slot: Int(key.slot), usage: DiskUsage(use)))
                }, found)
        }
        try check(Int(result), "read the counters of disks")
        return found
    }

    /// The same by thread.
    struct ThreadDiskCount {
        var tid: UInt32
        var usage: DiskUsage
    }

    func threadDisk() throws(TraceError) -> [ThreadDiskCount] {
        var found: [ThreadDiskCount] = []
        let result = withUnsafeMutablePointer(to: &found) { found in
            mete_probes_read_thread_disk(
                handle,
                { found, tid, use in
                    guard let use = use?.pointee else { return }
                    found?.assumingMemoryBound(to: [ThreadDiskCount].self).pointee.append(
                        ThreadDiskCount(tid: tid, usage: DiskUsage(use)))
                }, found)
        }
        try check(Int(result), "read the counters of disks by thread")
        return found
    }

    func forgetThreadDisk(_ tid: UInt32) { mete_probes_forget_thread_disk(handle, tid) }
}

extension Traffic {
    init(_ raw: mete_traffic) {
        self.init(
            sentBytes: raw.sent_bytes, sentPackets: raw.sent_packets, receivedBytes: raw.received_bytes,
            receivedPackets: raw.received_packets)
    }
}

extension NetworkUsage {
    init(_ raw: mete_network_use) {
        self.init()
        retransmits = raw.retransmits
        withUnsafeBytes(of: raw.classes) { bytes in
            for (raw, kind) in zip(bytes.bindMemory(to: mete_traffic.self), SocketClass.allCases) {
                let found = Traffic(raw)
                if found != Traffic() { traffic[kind] = found }
            }
        }
    }
}

extension DiskUsage {
    init(_ raw: mete_disk_use) {
        self.init(
            reads: Direction(
                requests: raw.requests.0, bytes: raw.bytes.0, latency: Nanoseconds(bitPattern: raw.latency_ns.0),
                errors: raw.errors.0),
            writes: Direction(
                requests: raw.requests.1, bytes: raw.bytes.1, latency: Nanoseconds(bitPattern: raw.latency_ns.1),
                errors: raw.errors.1))
    }
}
