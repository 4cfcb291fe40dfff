internal import Glibc
package import MeteModel

/// What the kernel has booked of its deadline bandwidth, by adding up, and by its own account where that can be read.
///
/// A scan of all threads costs a system call and some folder reading per thread: done when reservations begin, when
/// one is refused, and by the doctor; not on every tick.
package struct DeadlineBandwidth: Equatable, Sendable {
    /// Cores reserved, by thread.
    package var threads: [Int32: Double] = [:]
    /// Cores of the kernel's own per-CPU fair servers.
    package var fairServers: Double
    package var cpus: Int
    package var limit: Double
    package var periods: ClosedRange<Nanoseconds>
    /// `dl_bw->total_bw` of the root domain in cores; nil where debugfs is not mounted or not readable.
    ///
    /// Negative when the domains were rebuilt while the bandwidth of an ended thread was still booked: the rebuild forgets it, and the
    /// thread's timer then takes it off all the same. The kernel compares without sign, so it refuses every reservation from then on.
    package var booked: Double?

    /// Cores that threads and fair servers account for.
    package var counted: Double { fairServers + threads.values.reduce(0, +) }

    /// Cores booked that no thread and no server accounts for; nil if the kernel's account cannot be read.
    package var leaked: Double? { booked.map { max(0, $0 - counted) } }

    /// Leaks below this are rounding.
    package static let noticeable = 0.005

    /// What is left for the threads of `mine` to share, themselves included.
    package func capacity(excluding mine: Set<Int32>) -> DeadlineCapacity {
        DeadlineCapacity(
            cpus: cpus, limit: limit, fairServers: fairServers,
            others: threads.filter { !mine.contains($0.key) }.values.reduce(0, +),
            shortestPeriod: periods.lowerBound, longestPeriod: periods.upperBound)
    }

    /// Looks at this machine.
    ///
    /// - Parameters:
    ///   - debugfs: Where it is mounted; nil to look it up in the mounts.
    ///   - rereadsLimit: Whether the sysctl with the limit is read again where the kernel does not show the limit elsewhere and reading
    ///     it is harmless.
    package static func measure(debugfs: String? = nil, rereadsLimit: Bool = false) -> DeadlineBandwidth {
        let debug = debugfs ?? mountedDebugfs()
        let cpus = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let account = debug.flatMap(account(debugfs:))
        var bandwidth = DeadlineBandwidth(
            fairServers: fairServers(cpus: cpus, debugfs: debug), cpus: cpus,
            limit: account?.limit ?? (rereadsLimit && !readingRebuildsDomains ? readLimit() : limitAtFirstLook),
            periods: periods())
        bandwidth.threads = reservations()
        bandwidth.booked = account?.booked
        return bandwidth
    }

    /// Reservations of all threads, in cores.
    static func reservations() -> [Int32: Double] {
        var found: [Int32: Double] = [:]
        for process in (try? KernelFile.folders(in: "/proc")) ?? [] where process.utf8.first.map(isDigit) == true {
            // A process that ends meanwhile has no threads any more.
            for name in (try? KernelFile.folders(in: "/proc/\(process)/task")) ?? [] {
                guard let tid = Int32(name), let attributes = try? SchedulingAttributes.read(tid) else { continue }
                if attributes.isDeadline { found[tid] = attributes.utilisation }
            }
        }
        return found
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func mountedDebugfs() -> String? {
        guard let text = try? KernelFile.read("/proc/self/mountinfo") else { return nil }
        return Mount.parse(text).last { $0.type == "debugfs" }?.point
    }

    private static let limitAtFirstLook = readLimit()

    /// Since 6.15 even reading kernel.sched_rt_runtime_us rebuilds the root domains (sched_rt_handler() in kernel/sched/rt.c): that
    /// frees what has leaked, and does harm while a reserved thread is ending (see `booked`).
    private static let readingRebuildsDomains = isKernel(atLeast: 6, 15)

    /// kernel.sched_rt_runtime_us over kernel.sched_rt_period_us; 1 where there is no limit.
    static func readLimit() -> Double {
        guard let runtime = number("/proc/sys/kernel/sched_rt_runtime_us"),
            let period = number("/proc/sys/kernel/sched_rt_period_us"), period > 0
        else { return 0.95 }
        return runtime < 0 ? 1 : runtime / period
    }

    static func periods() -> ClosedRange<Nanoseconds> {
        let shortest = number("/proc/sys/kernel/sched_deadline_period_min_us") ?? 100
        let longest = number("/proc/sys/kernel/sched_deadline_period_max_us") ?? 4_194_304
        return Nanoseconds(shortest * 1e3)...Nanoseconds(max(shortest, longest) * 1e3)
    }

    /// Since 6.12 each CPU has a deadline server for fair threads, 50 ms in 1 s unless debugfs says otherwise.
    static func fairServers(cpus: Int, debugfs: String?) -> Double {
        guard let debugfs else { return kernelHasFairServers() ? 0.05 * Double(cpus) : 0 }
        var sum = 0.0
        var hasFolder = false
        for server in ["fair_server", "ext_server"] {
            for cpu in (try? KernelFile.folders(in: "\(debugfs)/sched/\(server)")) ?? [] {
                hasFolder = true
                let folder = "\(debugfs)/sched/\(server)/\(cpu)"
                guard let runtime = number(folder + "/runtime"), let period = number(folder + "/period"), period > 0
                else {
                    // Hidden by lockdown: the kernel's default.
                    sum += 0.05
                    continue
                }
                sum += runtime / period
            }
        }
        return hasFolder ? sum : 0
    }

    private static func kernelHasFairServers() -> Bool { isKernel(atLeast: 6, 12) }

    /// Whether this kernel is of that version or a later one; one that does not say is taken to be.
    static func isKernel(atLeast major: Int, _ minor: Int) -> Bool {
        guard let release = try? KernelFile.read("/proc/sys/kernel/osrelease") else { return true }
        let numbers = release.split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count >= 2 else { return true }
        return (numbers[0], numbers[1]) >= (major, minor)
    }

    /// The kernel's account of one root domain.
    struct Account: Equatable {
        /// Cores; see `DeadlineBandwidth.booked`.
        var booked: Double
        /// Share of each CPU that may be booked.
        var limit: Double
    }

    /// Cores booked in the root domain that has most of them; nil where the kernel does not show it.
    package static func booked(debugfs: String) -> Double? { account(debugfs: debugfs)?.booked }

    private static func account(debugfs: String) -> Account? {
        (try? KernelFile.read("\(debugfs)/sched/debug")).flatMap(parseAccount)
    }

    /// Of the root domains that the text names, one per CPU: the one that has underflown, if there is one, or else has booked most. The
    /// kernel counts in 2^-20 of a CPU and prints with sign; a limit of -1 is none.
    static func parseAccount(_ text: String) -> Account? {
        let unit = 1_048_576.0
        var worst: Account?
        var limit = 1.0
        for line in text.split(separator: "\n") {
            guard line.utf8.starts(with: "  .dl_bw->".utf8),
                let value = line.split(separator: " ").last.flatMap({ Double($0) })
            else { continue }
            if line.utf8.starts(with: "  .dl_bw->bw".utf8) {
                limit = value < 0 ? 1 : value / unit
                continue
            }
            let next = Account(booked: value / unit, limit: limit)
            guard let known = worst else {
                worst = next
                continue
            }
            if known.booked >= 0 && (next.booked < 0 || next.booked > known.booked) { worst = next }
        }
        return worst
    }

    private static func number(_ path: String) -> Double? { (try? KernelFile.read(path)).flatMap { Double($0) } }
}
