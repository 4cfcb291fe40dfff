import MeteModel
import MeteStore
import MeteTrace

extension RecordedSession {
    /// What a run that begins now can tell.
    init(resources: TracedResources, probes: [KernelProbes.Probe], findings: [Finding]) {
        let attached = Set(probes.filter(\.isAttached).map(\.tracepoint))
        let untraced = Metric.allCases.filter { metric in
            let hooks: [String]
            switch metric {
            case .resident, .anonymous: return !resources.contains(.memory)
            case .retransmits: hooks = ["tcp_retransmit_skb"]
            case .sentBytes, .sentPackets: hooks = ["sock_send_length", "inet_sendmsg"]
            case .receivedBytes, .receivedPackets: hooks = ["sock_recv_length", "sock_recvmsg"]
            case _ where metric.name.hasPrefix("disk."): hooks = ["block_rq_complete"]
            default: return false
            }
            return attached.isDisjoint(with: hooks)
        }
        let caveats = findings.compactMap { finding -> String? in
            switch finding.support {
            case .supported: nil
            case .limited(let reason, let remedy), .unsupported(let reason, let remedy):
                "\(finding.feature): \(reason); \(remedy)"
            }
        }
        self.init(
            start: WallClock.nanoseconds(at: Instant(nanoseconds: TickClock.now())), version: Version.current,
            untraced: untraced.map(\.name), caveats: caveats)
    }
}
