import Glibc

/// Sends every request when it is due and times every reply, on one thread.
///
/// Cost: about two waits, one send and one receive per request; it sleeps in between and never spins. A request that is
/// due while the thread has no CPU is sent as soon as it has one, and counts from when it was due.
struct LoadGenerator {
    private let connections: [Connection]
    private var schedule: ArrivalSchedule
    private var mix: RequestMix
    /// Nanoseconds for which answers are waited for after the last phase.
    private let patience: Int64
    /// One for each phase.
    private(set) var tallies: [Tally]
    private(set) var firstRefusal: String?
    private var turn = 0

    init(connections: [Connection], schedule: ArrivalSchedule, phases: Int, mix: RequestMix, patience: Int64) {
        self.connections = connections
        self.schedule = schedule
        self.mix = mix
        self.patience = patience
        tallies = Array(repeating: Tally(), count: phases)
    }

    /// Runs all phases. Whatever ends it, what was not answered counts as an error.
    mutating func run() throws(OpenLoopError) {
        defer { countUnanswered() }
        let start = MonotonicClock.now()
        let end = start + schedule.nanoseconds
        var upcoming = schedule.next()
        while true {
            let now = MonotonicClock.now()
            while let arrival = upcoming, start + arrival.due <= now {
                enqueue(arrival, due: start + arrival.due, now: now)
                upcoming = schedule.next()
            }
            for connection in connections where connection.hasOutput { try connection.flush() }

            let wakeUp = upcoming.map { start + $0.due } ?? (end + patience)
            if upcoming == nil && (now >= wakeUp || connections.allSatisfy(\.unanswered.isEmpty)) { return }
            try receive(until: wakeUp)
        }
    }

    private mutating func enqueue(_ arrival: ArrivalSchedule.Arrival, due: Int64, now: Int64) {
        connections[turn].enqueue(mix.next(), Connection.Outstanding(due: due, phase: arrival.phase))
        turn = (turn + 1) % connections.count
        tallies[arrival.phase].sent += 1
        tallies[arrival.phase].lateness.record(now - due)
    }

    /// Waits for replies until `wakeUp`, and takes in those that have come.
    private mutating func receive(until wakeUp: Int64) throws(OpenLoopError) {
        var ready = ReadinessSet()
        for connection in connections { ready.watch(connection.descriptor, forWriting: connection.hasOutput) }
        try ready.wait(nanoseconds: max(0, wakeUp - MonotonicClock.now()))
        for connection in connections where ready.isReadable(connection.descriptor) {
            try connection.receive { count($0, to: $1) }
        }
    }

    private mutating func count(_ reply: ReplyParser.Reply, to request: Connection.Outstanding) {
        switch reply {
        case .value, .missing:
            tallies[request.phase].completed += 1
            tallies[request.phase].latency.record(MonotonicClock.now() - request.due)
        case .refused(let text):
            tallies[request.phase].errors += 1
            firstRefusal = firstRefusal ?? text
        }
    }

    private mutating func countUnanswered() {
        for request in connections.flatMap(\.unanswered) { tallies[request.phase].errors += 1 }
    }
}
