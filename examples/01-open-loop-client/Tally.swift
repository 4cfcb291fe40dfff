/// What came of the requests of one phase, or of all.
struct Tally {
    var sent = 0
    var completed = 0
    /// Refused by redis, or not answered in time.
    var errors = 0
    /// From the intended send time to the reply.
    var latency = LatencyHistogram()
    /// From the intended to the real send time: the part of the latency that the client itself caused by getting the CPU late.
    var lateness = LatencyHistogram()

    mutating func add(_ other: Tally) {
        sent += other.sent
        completed += other.completed
        errors += other.errors
        latency.add(other.latency)
        lateness.add(other.lateness)
    }
}
