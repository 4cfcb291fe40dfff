import CMeteProbes
import CMeteWire
import Glibc
package import MeteModel

/// What this kernel lets tracing see, without loading anything.
package enum TraceSupport {
    /// Tracepoints with what would be missing without each.
    private static let tracepoints: [(name: String, use: String)] = [
        ("sched_switch", "run time of threads"),
        ("sched_process_fork", "births of threads"),
        ("sched_process_exec", "new programs"),
        ("task_rename", "new names of threads"),
        ("cgroup_attach_task", "moves between cgroups"),
    ]

    package static func findings() -> [Finding] {
        [kernelTypes(), privileges(), runQueueDelay()] + tracepoints.map { hook($0.name, use: $0.use) } + [
            disks(), writeBack(), network("sock_send_length", or: "inet_sendmsg", "what threads send"),
            network("sock_recv_length", or: "sock_recvmsg", "what threads receive"),
            hook("tcp_retransmit_skb", use: "retransmits of TCP"),
            hook("tcp_retransmit_synack", use: "answers to connection requests of TCP that are sent again"),
            hook("inet_sock_set_state", use: "whose the retransmits of a connection are that is being made"),
            slots(), calls(), StallSupport().finding,
        ]
    }

    /// What of it is missing, or not as it should be: a line for each.
    ///
    /// - Parameter window: its length.
    package static func caveats(window: Nanoseconds, _ options: KernelProbes.Options) -> [String] {
        let missing = findings().compactMap { finding -> String? in
            switch finding.support {
            case .supported: nil
            case .limited(let reason, let remedy), .unsupported(let reason, let remedy):
                "\(finding.feature): \(reason); \(remedy)"
            }
        }
        return missing + [shortWindows(window, options)].compactMap { $0 }
    }

    /// What is to be known of windows in which disturbances are not all read; nil of longer ones.
    package static func shortWindows(_ window: Nanoseconds, _ options: KernelProbes.Options) -> String? {
        guard window < options.disturbanceInterval else { return nil }
        let interval = options.disturbanceInterval / .perMillisecond
        return "who ran while others waited, and throttled time, are read every \(interval) ms: of shorter windows "
            + "most have none of it, and some also that of those before"
    }

    /// Requests are their makers' by block_io_start, since Linux 6.6; without it by the first of insertion and issue.
    private static func disks() -> Finding {
        let feature = "disk requests"
        guard mete_kernel_has_tracepoint("block_rq_complete") > 0 else {
            return hook("block_rq_complete", use: "requests of disks")
        }
        guard mete_kernel_has_tracepoint("block_io_start") < 1 else {
            return Finding(
                feature: feature, support: .supported, detail: "tracepoints block_io_start, block_rq_complete")
        }
        return Finding(
            feature: feature,
            support: .limited(
                reason:
                    "this kernel has no block_io_start, so a request counts to the thread that queues it, which may be "
                    + "another one when a queue was held back",
                remedy: "use Linux 6.6 or later"),
            detail: "tracepoints block_rq_insert, block_rq_issue, block_rq_complete")
    }

    private static func writeBack() -> Finding {
        let feature = "write-back by component"
        guard let hierarchy = IOHierarchy.discover(), hierarchy.keepsOwnersOfPages else {
            return Finding(
                feature: feature,
                support: .limited(
                    reason:
                        "cgroup v2 does not hand down both memory and io, so the kernel keeps no account of whose pages it writes "
                        + "back: buffered writes count to the component `kernel`, or with a policy to `rest`",
                    remedy:
                        "use cgroup v2 alone, with io and memory in cgroup.subtree_control (systemd: DefaultIOAccounting=yes)"
                ),
                detail: "buffered writes, once they reach the disk")
        }
        return Finding(
            feature: feature, support: .supported,
            detail: "buffered writes count to the component that has the cgroup for itself")
    }

    /// The tracepoints are there since Linux 6.3.
    private static func network(_ tracepoint: String, or function: String, _ use: String) -> Finding {
        guard mete_kernel_has_tracepoint(tracepoint) < 1, mete_kernel_has_function(function) > 0 else {
            return hook(tracepoint, use: use)
        }
        return Finding(
            feature: "tracepoint \(tracepoint)",
            support: .limited(
                reason:
                    "this kernel has none; the ends of \(function)() and its like are hooked, which sees no sendfile and "
                    + "splice, and of recvmmsg the first message",
                remedy: "use Linux 6.3 or later"),
            detail: use)
    }

    /// By a real probe at a function of this program. Nothing else needs them, so that there are none is a limit.
    private static func calls() -> Finding {
        let feature = "probes of functions (uprobes)"
        let result = mete_kernel_probes_functions()
        guard result != 0 else {
            return Finding(feature: feature, support: .supported, detail: "calls of functions, for --calls")
        }
        let (reason, remedy) =
            switch -result {
            case ENOENT:
                (
                    "the kernel offers none in /sys/bus/event_source/devices/uprobe",
                    "use a kernel built with CONFIG_UPROBE_EVENTS=y, and mount /sys"
                )
            case EPERM, EACCES: ("this process may not have one", "run as root, or with CAP_PERFMON and CAP_BPF")
            case EIO:
                (
                    "one at a function of mete itself was not hit",
                    "do without --calls, and report it with the kernel's version"
                )
            case let code:
                (
                    "one at a function of mete itself failed: \(String(cString: strerror(code)))",
                    "use a kernel built with CONFIG_UPROBE_EVENTS=y"
                )
            }
        return Finding(
            feature: feature, support: .limited(reason: "\(reason); --calls does not work", remedy: remedy),
            detail: "calls of functions are not counted")
    }

    /// More than there are is seen only while they are there: see `Tracer.limit`.
    private static func slots() -> Finding {
        let most = SlotCount(wanted: .max).components
        return Finding(
            feature: "slots for components", support: .supported,
            detail: "disk, network, calls and quantiles of up to \(most) components; those of more count to rest")
    }

    private static let typesFile = "/sys/kernel/btf/vmlinux"
    private static let typesRemedy =
        "use a kernel built with CONFIG_DEBUG_INFO_BTF=y (Debian's are), and mount /sys"

    /// What a failure to load means: without the kernel's types the loader finds that nothing fits.
    static func explain(_ error: TraceError) -> TraceError {
        guard error.code == .rejected, !hasKernelTypes else { return error }
        return TraceError(
            code: .noBTF, operation: error.operation, cause: "this kernel's types (BTF) are not at \(typesFile)",
            remedy: typesRemedy)
    }

    /// Whether the loader finds them; beside the usual file it knows places where distributions keep a kernel's image.
    private static var hasKernelTypes: Bool { mete_kernel_has_tracepoint(tracepoints[0].name) >= 0 }

    private static func kernelTypes() -> Finding {
        guard hasKernelTypes else {
            return Finding(
                feature: "kernel types (BTF)",
                support: .unsupported(reason: "\(typesFile) is missing or not readable", remedy: typesRemedy),
                detail: "needed to load any kernel program")
        }
        return Finding(
            feature: "kernel types (BTF)", support: .supported,
            detail: access(typesFile, R_OK) == 0 ? typesFile : "from the kernel's image, not from \(typesFile)")
    }

    private static func privileges() -> Finding {
        let feature = "privilege to trace"
        guard let mask = effectiveCapabilities() else {
            return Finding(
                feature: feature,
                support: .unsupported(reason: "/proc/self/status cannot be read", remedy: "mount /proc"), detail: "")
        }
        // Numbers from include/uapi/linux/capability.h.
        let missing = [(38, "CAP_PERFMON"), (39, "CAP_BPF")].filter { mask & (1 << $0.0) == 0 }.map(\.1)
        guard missing.isEmpty || mask & (1 << 21) != 0 else {
            return Finding(
                feature: feature,
                support: .unsupported(
                    reason: "this process lacks \(missing.joined(separator: " and "))",
                    remedy: "run as root, or grant them with AmbientCapabilities= in the unit"),
                detail: "needed to load any kernel program")
        }
        return Finding(feature: feature, support: .supported, detail: "CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN")
    }

    private static func runQueueDelay() -> Finding {
        let feature = "run-queue delay"
        switch DelayAccounting.current() {
        case .kept:
            return Finding(feature: feature, support: .supported, detail: "kept by the kernel per thread")
        case .withSleep:
            return Finding(
                feature: feature, support: .supported,
                detail: "timed by mete: since Linux 6.12 the kernel may count a thread's sleep as waiting")
        case .off:
            return Finding(
                feature: feature,
                support: .limited(
                    reason:
                        "the kernel does not keep it now; mete times it with wake-up hooks of its own, at about twice the cost",
                    remedy: "sysctl kernel.task_delayacct=1 (`mete agent --enforce` does so, and undoes it)"),
                detail: "timed by mete")
        case .missing:
            return Finding(
                feature: feature,
                support: .limited(
                    reason:
                        "this kernel cannot keep it; mete times it with wake-up hooks of its own, at about twice the cost",
                    remedy: "use a kernel built with CONFIG_SCHEDSTATS=y or CONFIG_TASK_DELAY_ACCT=y"),
                detail: "timed by mete")
        }
    }

    private static func hook(_ name: String, use: String) -> Finding {
        let feature = "tracepoint \(name)"
        let found = mete_kernel_has_tracepoint(name)
        guard found < 1 else { return Finding(feature: feature, support: .supported, detail: use) }
        let reason = found < 0 ? "the kernel's BTF cannot be read" : "this kernel has no such tracepoint"
        return Finding(
            feature: feature,
            support: .unsupported(reason: reason, remedy: "use a kernel built with CONFIG_TRACEPOINTS=y and BTF"),
            detail: use)
    }

    private static func effectiveCapabilities() -> UInt64? {
        guard let file = fopen("/proc/self/status", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix("CapEff:") else { continue }
            return UInt64(text.dropFirst("CapEff:".count).filter(\.isHexDigit), radix: 16)
        }
        return nil
    }
}
