/// What a component uses beside CPUs, over the last second or so. What the agent does not trace is absent.
package struct ResourceReport: Equatable, Sendable, Codable {
    /// One direction of disks. Latencies are from when a request was made until it was complete, in seconds; absent without any request.
    package struct Disk: Equatable, Sendable, Codable {
        package var requestsPerSecond: Double
        package var bytesPerSecond: Double
        package var meanLatencySeconds: Double?
        package var p99LatencySeconds: Double?

        package init(
            requestsPerSecond: Double, bytesPerSecond: Double, meanLatencySeconds: Double? = nil,
            p99LatencySeconds: Double? = nil
        ) {
            self.requestsPerSecond = requestsPerSecond
            self.bytesPerSecond = bytesPerSecond
            self.meanLatencySeconds = meanLatencySeconds
            self.p99LatencySeconds = p99LatencySeconds
        }
    }

    /// Sockets of all kinds together.
    package struct Network: Equatable, Sendable, Codable {
        package var sentBytesPerSecond: Double
        package var sentPacketsPerSecond: Double
        package var receivedBytesPerSecond: Double
        package var receivedPacketsPerSecond: Double
        package var retransmitsPerSecond: Double

        package init(
            sentBytesPerSecond: Double, sentPacketsPerSecond: Double, receivedBytesPerSecond: Double,
            receivedPacketsPerSecond: Double, retransmitsPerSecond: Double
        ) {
            self.sentBytesPerSecond = sentBytesPerSecond
            self.sentPacketsPerSecond = sentPacketsPerSecond
            self.receivedBytesPerSecond = receivedBytesPerSecond
            self.receivedPacketsPerSecond = receivedPacketsPerSecond
            self.retransmitsPerSecond = retransmitsPerSecond
        }
    }

    package struct Memory: Equatable, Sendable, Codable {
        package var residentBytes: UInt64
        package var anonymousBytes: UInt64
        package var majorFaultsPerSecond: Double

        package init(residentBytes: UInt64, anonymousBytes: UInt64, majorFaultsPerSecond: Double) {
            self.residentBytes = residentBytes
            self.anonymousBytes = anonymousBytes
            self.majorFaultsPerSecond = majorFaultsPerSecond
        }
    }

    /// Single waits for a CPU, in seconds; each is the upper bound of the class of the histogram that it is in.
    package struct RunQueueDelay: Equatable, Sendable, Codable {
        package var p50Seconds: Double
        package var p99Seconds: Double
        package var p999Seconds: Double

        package init(p50Seconds: Double, p99Seconds: Double, p999Seconds: Double) {
            self.p50Seconds = p50Seconds
            self.p99Seconds = p99Seconds
            self.p999Seconds = p999Seconds
        }
    }

    /// Absent where no thread of the component was given a CPU.
    package var runQueueDelay: RunQueueDelay?
    package var diskReads: Disk?
    package var diskWrites: Disk?
    package var network: Network?
    package var memory: Memory?
    /// Absent where no cgroup belongs to the component alone, too.
    package var stalls: StallReport?

    package init(
        runQueueDelay: RunQueueDelay? = nil, diskReads: Disk? = nil, diskWrites: Disk? = nil, network: Network? = nil,
        memory: Memory? = nil, stalls: StallReport? = nil
    ) {
        self.runQueueDelay = runQueueDelay
        self.diskReads = diskReads
        self.diskWrites = diskWrites
        self.network = network
        self.memory = memory
        self.stalls = stalls
    }
}
