import CMeteWire
import MeteModel

/// Where processes that run a new program are counted in arrays until the kernel side knows whose they are: what was counted there is
/// known by process, as what is counted in maps by a pending slot is.
struct PendingPlaces {
    private struct Place {
        /// Nil while it is free.
        var owner: UInt32?
        /// When that was first seen.
        var since = Instant(nanoseconds: 0)
        /// What was counted there so far, whoever had it.
        var latencies = ComponentLatencies()
    }

    private let probes: KernelProbes
    private var places: [Place]
    /// Not yet taken, by process.
    private var counted: [UInt32: ComponentLatencies] = [:]

    /// After the kernel side has been told where the process belongs: for its last disk requests to be over, and for those of its threads
    /// that slept to have looked it up.
    private static let kept: Nanoseconds = 2 * .perSecond

    init(_ probes: KernelProbes) {
        self.probes = probes
        places = Array(repeating: Place(), count: KernelProbes.pendingPlaces)
    }

    /// Reads all places that somebody has, and gives back those that are not needed any more.
    ///
    /// To be called once per window, before the kernel side is told of new programs: one seen here for the first time is told of then.
    mutating func read(now: Instant) {
        for index in places.indices {
            guard let owner = probes.owner(ofPending: index) else { continue }
            if places[index].owner != owner {
                places[index].owner = owner
                places[index].since = now
            }
            let latencies = probes.latencies(at: probes.slots + index)
            if latencies != places[index].latencies {
                counted[owner, default: ComponentLatencies()] += latencies - places[index].latencies
                places[index].latencies = latencies
            } else if now - places[index].since >= Self.kept {
                places[index].owner = nil
                probes.giveBack(pending: index)
            }
        }
    }

    /// Durations that have ended since this was last called, by process.
    mutating func takeLatencies() -> [UInt32: ComponentLatencies] {
        defer { counted = [:] }
        return counted
    }

    /// The slot that a place is counted as: its own, or that of a process that is pending.
    func slot(of place: Int) -> Int {
        guard place >= probes.slots else { return place }
        let index = place - probes.slots
        guard places.indices.contains(index), let owner = places[index].owner else { return 0 }
        return Int(METE_SLOT_PENDING | owner)
    }
}
