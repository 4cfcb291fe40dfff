/// What was sent and received by sockets in a window.
package struct Traffic: Equatable, Sendable, Codable {
    package var sentBytes: UInt64 = 0
    /// Segments of TCP, those without data included; otherwise messages.
    package var sentPackets: UInt64 = 0
    package var receivedBytes: UInt64 = 0
    package var receivedPackets: UInt64 = 0

    package init(sentBytes: UInt64 = 0, sentPackets: UInt64 = 0, receivedBytes: UInt64 = 0, receivedPackets: UInt64 = 0)
    {
        self.sentBytes = sentBytes
        self.sentPackets = sentPackets
        self.receivedBytes = receivedBytes
        self.receivedPackets = receivedPackets
    }

    package static func += (total: inout Traffic, part: Traffic) {
        total.sentBytes &+= part.sentBytes
        total.sentPackets &+= part.sentPackets
        total.receivedBytes &+= part.receivedBytes
        total.receivedPackets &+= part.receivedPackets
    }

    package static func - (later: Traffic, earlier: Traffic) -> Traffic {
        Traffic(
            sentBytes: later.sentBytes &- earlier.sentBytes, sentPackets: later.sentPackets &- earlier.sentPackets,
            receivedBytes: later.receivedBytes &- earlier.receivedBytes,
            receivedPackets: later.receivedPackets &- earlier.receivedPackets)
    }
}

/// Kinds of sockets that are told apart. An IPv6 socket that talks IPv4 counts as what it is, IPv6.
package enum SocketClass: String, CaseIterable, Sendable, Codable {
    case tcp4, tcp6, udp4, udp6, unix, other
}

/// The traffic of one component in a window.
package struct NetworkUsage: Equatable, Sendable, Codable {
    /// Of each class that had any.
    package var traffic: [SocketClass: Traffic] = [:]
    /// Segments of TCP sent again.
    package var retransmits: UInt64 = 0

    package init() {}

    package static func += (total: inout NetworkUsage, part: NetworkUsage) {
        for (kind, traffic) in part.traffic { total.traffic[kind, default: Traffic()] += traffic }
        total.retransmits &+= part.retransmits
    }

    /// Classes without any traffic in between are left out.
    package static func - (later: NetworkUsage, earlier: NetworkUsage) -> NetworkUsage {
        var usage = NetworkUsage()
        for (kind, traffic) in later.traffic where traffic != earlier.traffic[kind] {
            usage.traffic[kind] = traffic - (earlier.traffic[kind] ?? Traffic())
        }
        usage.retransmits = later.retransmits &- earlier.retransmits
        return usage
    }

    /// Of all classes together.
    package var total: Traffic {
        var total = Traffic()
        for traffic in traffic.values { total += traffic }
        return total
    }
}
