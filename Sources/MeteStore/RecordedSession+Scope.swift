package import MeteModel

extension RecordedSession {
    /// What a run can tell that measures so much.
    ///
    /// - Parameters:
    ///   - start: of its first window, or before it; nanoseconds since 1970.
    ///   - version: of mete.
    ///   - interval: of windows.
    package init(
        start: Int64, version: String, scope: TraceScope, caveats: [String], interval: Nanoseconds? = nil
    ) {
        self.init(
            start: start, version: version,
            untraced: Metric.allCases.filter { !$0.isMeasured(by: scope) }.map(\.name), caveats: caveats,
            interval: interval)
    }
}

extension Metric {
    fileprivate func isMeasured(by scope: TraceScope) -> Bool {
        switch self {
        case .runTime, .runQueueDelay, .voluntarySwitches, .involuntarySwitches, .migrations, .minorFaults,
            .majorFaults, .throttled, .threads, .processes, .briefProcesses, .disturbed, .capacity, .steal,
            .interrupts, .lost, .cpus:
            true
        // Not measured but decided, and absent where nobody did: see `isOccasional`.
        case .forecastMedian, .forecastP95, .allotted, .breaches: true
        case .delayP50, .delayP99, .delayP999: scope.latencies
        case .readRequests, .readBytes, .readLatency, .readErrors, .writeRequests, .writeBytes, .writeLatency,
            .writeErrors:
            scope.disk
        case .readP99, .writeP99: scope.disk && scope.latencies
        case .sentBytes, .sentPackets: scope.sent
        case .receivedBytes, .receivedPackets: scope.received
        case .retransmits: scope.retransmits
        case .resident, .anonymous: scope.memory
        case .referenced, .proportional, .swap, .walked: scope.memoryWalks
        case .cpuStalledSome, .cpuStalledFull: scope.cpuStalls
        case .memoryStalledSome, .memoryStalledFull: scope.memoryStalls
        case .diskStalledSome, .diskStalledFull: scope.diskStalls
        case .calls, .callTime, .callP50, .callP99, .callsLeft: scope.calls
        }
    }
}
