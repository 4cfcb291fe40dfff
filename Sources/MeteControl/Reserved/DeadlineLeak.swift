internal import Glibc
internal import MeteModel

/// The repair of deadline bandwidth that is booked for nobody.
///
/// A thread that leaves SCHED_DEADLINE while it sleeps keeps its bandwidth booked in the root domain (mete's own
/// threads leave in two steps that avoid this; `chrt` does not). The sum is computed anew when the scheduling domains
/// are rebuilt: since 6.15 by reading kernel.sched_rt_runtime_us, before that by giving CPUs to a new v1 cpuset or by making a new
/// v2 cpuset a partition for a moment. Done only on request: it briefly stops load balancing.
package enum DeadlineLeak {
    /// Makes an empty cpuset of mete's own, gives it CPUs, and removes it. No process is moved. By way of the journal: killed in between,
    /// `mete restore` removes what is left.
    ///
    /// A rebuild makes the account negative when a reserved thread is just ending (see `DeadlineBandwidth.booked`). Where the account can
    /// be read it is therefore watched for a while, and the domains are rebuilt again.
    package static func repair(
        _ hierarchies: CgroupHierarchies, stateFolder: String, debugfs: String? = nil
    ) throws(ControlError) {
        try rebuild(hierarchies, stateFolder: stateFolder)
        for _ in 0..<looks {
            usleep(pause)
            guard let booked = DeadlineBandwidth.measure(debugfs: debugfs).booked else { return }
            if booked < 0 { try rebuild(hierarchies, stateFolder: stateFolder) }
        }
    }

    /// An ended thread's bandwidth has been seen booked for one second after its end.
    private static let looks = 20
    private static let pause: UInt32 = 100_000

    private static func rebuild(_ hierarchies: CgroupHierarchies, stateFolder: String) throws(ControlError) {
        if DeadlineBandwidth.isKernel(atLeast: 6, 15) {
            _ = DeadlineBandwidth.readLimit()
            return
        }
        guard let cpuset = hierarchies.cpuset else {
            if DeadlineBandwidth.measure().leaked == 0 { return }
            throw ControlError(
                .unsupported, "repair", "deadline bandwidth", detail: "no cpuset controller is mounted",
                remedy: "Reboot, or change the CPUs of any cpuset.")
        }
        let journal = try Journal(folder: StateFolder(stateFolder))
        let outcome = Executor(journal: journal).execute(try writes(cpuset), at: Instant(nanoseconds: 0))
        let report = try Restoration(journal: journal).run()
        if let error = outcome.journalError ?? outcome.failures.first?.error { throw error }
        for step in report.steps { if case .failed(let error) = step.action { throw error } }
    }

    private static func writes(_ cpuset: CgroupHierarchy) throws(ControlError) -> [Write] {
        let root = cpuset.folder(of: cpuset.root)
        let group = root + "/mete-repair"
        func file(_ name: String, _ text: String) -> Write {
            Write(.file("\(group)/cpuset.\(name)"), .text(text), scope: .plan)
        }
        func read(_ name: String) throws(ControlError) -> String {
            do {
                return try KernelFile.read("\(root)/cpuset.\(name)")
            } catch {
                throw ControlError(
                    .refused, "read", "\(root)/cpuset.\(name)", cause: error, remedy: "Run as root, or reboot.")
            }
        }
        let make = Write(.group(group), .present, scope: .plan)
        switch cpuset.version {
        case .v1:
            return [make, file("mems", try read("effective_mems")), file("cpus", try read("effective_cpus"))]
        case .v2:
            // A partition takes its CPUs away from the root for the moment, so it is given one, the last.
            let cpus = try read("cpus.effective")
            let last = cpus.split(whereSeparator: { $0 == "," || $0 == "-" }).last.map(String.init) ?? cpus
            let control = Write(
                .controller(file: root + "/cgroup.subtree_control", name: "cpuset"), .present, scope: .plan)
            return [
                control, make, file("cpus", last), file("cpus.partition", "root"), file("cpus.partition", "member"),
            ]
        }
    }
}
