package import MeteModel

extension Tracer {
    /// What it measures on this kernel.
    package var scope: TraceScope {
        TraceScope(
            options, attached: Set(probeStates.filter(\.isAttached).map(\.tracepoint)),
            hasStalls: StallSupport().isThere)
    }
}

extension TraceScope {
    /// - Parameters:
    ///   - attached: tracepoints.
    ///   - hasStalls: whether the kernel tells stalls.
    init(_ options: KernelProbes.Options, attached: Set<String>, hasStalls: Bool) {
        self.init()
        latencies = options.delayHistograms
        disk = options.disk && attached.contains("block_rq_complete")
        sent = options.network && !attached.isDisjoint(with: ["sock_send_length", "inet_sendmsg"])
        received = options.network && !attached.isDisjoint(with: ["sock_recv_length", "sock_recvmsg"])
        retransmits = options.network && attached.contains("tcp_retransmit_skb")
        memory = options.memory
        memoryWalks = options.memory && options.memoryWalks
        cpuStalls = options.stalls && hasStalls
        memoryStalls = cpuStalls && options.memory
        diskStalls = cpuStalls && options.disk
        calls = !options.functions.isEmpty
    }
}
