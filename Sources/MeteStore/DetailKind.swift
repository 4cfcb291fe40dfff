/// What a recording keeps beside the samples of components. The numbers are in files and never change.
package enum DetailKind: Int, CaseIterable, Sendable {
    /// What a component read from and wrote to one disk.
    case device = 1
    /// What it sent and received by sockets of one kind.
    case socket = 2
    /// Who ran while it waited for a CPU.
    case disturbance = 3
    /// What one of its busiest threads used.
    case thread = 4

    /// What is kept of each; all of them add up.
    package var metrics: [Metric] {
        switch self {
        case .device: Self.disk
        case .socket: Self.traffic
        case .disturbance: [.disturbed]
        case .thread: Self.threadUse
        }
    }

    /// The last tier that it is rolled up to: threads come and go, so that their sums save no room.
    var coarsest: Tier { self == .thread ? .tenSeconds : .minute }

    private static let disk: [Metric] = [
        .readRequests, .readBytes, .readLatency, .readErrors, .writeRequests, .writeBytes, .writeLatency, .writeErrors,
    ]
    private static let traffic: [Metric] = [.sentBytes, .sentPackets, .receivedBytes, .receivedPackets]
    private static let threadUse: [Metric] =
        [
            .runTime, .runQueueDelay, .voluntarySwitches, .involuntarySwitches, .migrations, .minorFaults, .majorFaults,
        ] + disk + traffic
}
