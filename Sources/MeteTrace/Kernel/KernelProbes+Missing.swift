extension [KernelProbes.Probe] {
    /// Those that this kernel has nothing to attach to, in words; empty when there are none.
    package var missing: String {
        filter { !$0.isAttached }.map { "\($0.name) (no \($0.tracepoint))" }.joined(separator: ", ")
    }
}
