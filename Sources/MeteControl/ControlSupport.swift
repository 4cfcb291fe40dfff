internal import CMeteLinux
internal import Glibc
package import MeteModel

/// What this kernel and machine permit of CPU control, for the doctor: each with the reason and the remedy.
///
/// Changes nothing but one thread of its own, which takes a small reservation while it runs (so that it cannot leak)
/// and gives it back.
package enum ControlSupport {
    package static func findings(
        hierarchies: CgroupHierarchies = .discover(), bandwidth: DeadlineBandwidth = .measure()
    ) -> [Finding] {
        [
            privileges(), hierarchies.cpuFinding, deadline(bandwidth), fairServers(bandwidth), leak(bandwidth),
            slices(), realTimeGroups(hierarchies), autogroup(), extensibleScheduler(), debugfs(),
        ]
    }

    private static func privileges() -> Finding {
        judge("privileges", by: "/proc/self/status") { privileges(status: $0 ?? "") }
    }

    private static func privileges(status: String) -> Finding {
        let effective =
            status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }?
            .split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
        let mayNice = effective & (1 << 23) != 0
        let mayAdminister = effective & (1 << 21) != 0
        let missing = [mayNice ? nil : "CAP_SYS_NICE", mayAdminister ? nil : "CAP_SYS_ADMIN"].compactMap { $0 }
        return Finding(
            feature: "privileges",
            support: missing.isEmpty
                ? .supported
                : .limited(
                    reason: "\(missing.joined(separator: " and ")) missing",
                    remedy: "Run as root, or give the unit AmbientCapabilities=CAP_SYS_NICE CAP_SYS_ADMIN."),
            detail: "uid \(geteuid())")
    }

    private static func deadline(_ bandwidth: DeadlineBandwidth) -> Finding {
        let capacity = bandwidth.capacity(excluding: [])
        let detail =
            "\(rounded(capacity.available)) of \(bandwidth.cpus) CPUs can be reserved "
            + "(limit \(rounded(bandwidth.limit)) each, fair servers \(rounded(bandwidth.fairServers)), "
            + "other reservations \(rounded(capacity.others)))"
        let tid = mete_gettid()
        // Beside the executor, for there is nothing to journal: the thread is mete's own, and should mete be killed in between, the thread
        // and its reservation go with it. Kept out of the state folder, the question can be asked beside an agent and without one.
        do throws(Errno) {
            let old = try SchedulingAttributes.read(tid)
            // Small in bandwidth, long in runtime: the thread has to get from here to the next line before it is throttled, on a slow and
            // busy machine too.
            try SchedulingAttributes.reservation(
                runtime: 10_000_000, deadline: 1_000_000_000, period: 1_000_000_000, reclaim: false
            ).write(tid)
            // In one step: a thread that runs does not leak, and one that shrinks its own reservation to a microsecond may wait seconds for
            // the next.
            try old.write(tid)
            return Finding(feature: "SCHED_DEADLINE", support: .supported, detail: detail)
        } catch {
            let setting = Setting.scheduling(ThreadKey(id: tid, startTicks: 0))
            return Finding(
                feature: "SCHED_DEADLINE",
                support: .unsupported(
                    reason: "a reservation of 1 % for a thread of mete's own was refused: \(error)",
                    remedy: setting.remedy(for: error)),
                detail: detail)
        }
    }

    private static func fairServers(_ bandwidth: DeadlineBandwidth) -> Finding {
        Finding(
            feature: "fair servers", support: .supported,
            detail: bandwidth.fairServers > 0
                ? "\(rounded(bandwidth.fairServers)) cores of deadline bandwidth keep fair threads from starving"
                : "none (kernels before 6.12)")
    }

    private static func slices() -> Finding {
        let feature = "short slices"
        guard let usual = SchedulingAttributes.usualSlice else {
            return Finding(
                feature: feature,
                support: .limited(
                    reason:
                        "this kernel has no slices to choose, so a thread of class latency may wait until the next timer tick for "
                        + "one that has just begun to run",
                    remedy: "Use Linux 6.12 or later, or `mode: reserved` for what cannot wait."),
                detail: "none (kernels before 6.12)")
        }
        return Finding(
            feature: feature, support: .supported,
            detail: "\(SchedulingAttributes.shortestSlice / 1000) µs for threads of class latency, where others have "
                + "\(usual / 1000) µs")
    }

    private static func leak(_ bandwidth: DeadlineBandwidth) -> Finding {
        let feature = "deadline bandwidth"
        guard let booked = bandwidth.booked, let leaked = bandwidth.leaked else {
            return Finding(
                feature: feature,
                support: .limited(
                    reason:
                        "what the kernel has booked cannot be read, so a leak shows only when a reservation is refused",
                    remedy: "Mount debugfs: mount -t debugfs none /sys/kernel/debug"),
                detail:
                    "\(rounded(bandwidth.threads.values.reduce(0, +))) cores reserved by \(bandwidth.threads.count) threads"
            )
        }
        let detail = "\(rounded(booked)) cores booked"
        guard booked >= 0 else {
            return Finding(
                feature: feature,
                support: .unsupported(
                    reason:
                        "the kernel's account is negative, so it refuses every reservation: the scheduling domains were rebuilt "
                        + "while a reserved thread was ending",
                    remedy: "`mete doctor --repair-deadline-leak` rebuilds them again, which puts it right."),
                detail: detail)
        }
        guard leaked > DeadlineBandwidth.noticeable else {
            return Finding(feature: feature, support: .supported, detail: detail)
        }
        return Finding(
            feature: feature,
            support: .limited(
                reason:
                    "\(rounded(leaked)) cores are booked for no thread: some thread left SCHED_DEADLINE in its sleep "
                    + "(as `chrt -o -p` does), and the kernel keeps its bandwidth booked",
                remedy: "`mete doctor --repair-deadline-leak` rebuilds the scheduling domains, which frees it."),
            detail: detail)
    }

    private static func realTimeGroups(_ hierarchies: CgroupHierarchies) -> Finding {
        let isGrouped = hierarchies.cpu.map { KernelFile.exists($0.mountPoint + "/cpu.rt_runtime_us") } ?? false
        return Finding(
            feature: "real-time group scheduling",
            support: isGrouped
                ? .limited(
                    reason:
                        "RT_GROUP_SCHED: processes with SCHED_FIFO or SCHED_RR threads cannot be moved into a group",
                    remedy: "Leave `move` off for such components; nothing else is affected.")
                : .supported,
            detail: isGrouped ? "cpu.rt_runtime_us is there" : "off: real-time threads may be in any group")
    }

    private static func autogroup() -> Finding {
        let feature = "SCHED_AUTOGROUP"
        return judge(feature, by: "/proc/sys/kernel/sched_autogroup_enabled") { value in
            guard value == "1" else {
                return Finding(
                    feature: feature, support: .supported, detail: value == nil ? "not in this kernel" : "off")
            }
            return Finding(
                feature: feature,
                support: .limited(
                    reason: "threads in the root group compete per session, whatever their number and nice",
                    remedy:
                        "None needed: weights take it into account. kernel.sched_autogroup_enabled=0 switches it off."),
                detail: "on")
        }
    }

    private static func extensibleScheduler() -> Finding {
        let feature = "sched_ext"
        return judge(feature, by: "/sys/kernel/sched_ext/state") { state in
            guard let state, state != "disabled" else {
                return Finding(feature: feature, support: .supported, detail: state ?? "not in this kernel")
            }
            return Finding(
                feature: feature,
                support: .unsupported(
                    reason: "a sched_ext scheduler is loaded, which need not honour cpu.weight and cpu.max",
                    remedy: "Stop that scheduler, or use `mode: reserved`, which it does not see."),
                detail: state)
        }
    }

    private static func debugfs() -> Finding {
        let point = DeadlineBandwidth.mountedDebugfs()
        return Finding(
            feature: "debugfs",
            support: point == nil
                ? .limited(
                    reason: "it is not mounted; leaks and fair servers cannot be read exactly",
                    remedy: "mount -t debugfs none /sys/kernel/debug")
                : .supported,
            detail: point.map { "at \($0)" } ?? "not mounted")
    }

    /// What a file says of a feature; it is nil where there is no such file.
    private static func judge(_ feature: String, by file: String, _ finding: (String?) -> Finding) -> Finding {
        do {
            return finding(try KernelFile.readIfPresent(file))
        } catch {
            return Finding(
                feature: feature,
                support: .limited(
                    reason: "\(file) cannot be read: \(error)", remedy: "Run as root, with /proc and /sys mounted."),
                detail: "unknown")
        }
    }

    private static func rounded(_ cores: Double) -> Double { (cores * 1000).rounded() / 1000 }
}
