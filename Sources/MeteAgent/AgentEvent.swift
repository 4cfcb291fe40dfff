package import MeteControl
package import MeteModel
package import MetePolicy
package import MeteProtocol
package import MeteStore
package import MeteTrace

/// Something that happened and that an operator wants to read of; its description is one line of the agent's log.
package enum AgentEvent: Sendable, CustomStringConvertible {
    case started(components: Int, enforces: Bool)
    case recovered(RestoreReport)
    case policyLoaded(path: String, components: Int)
    case policyRefused(PolicyErrors)
    /// The policy names what is not there.
    case policyWarning(PolicyProblem)
    case breached(ComponentID, explanation: String)
    case shortfall(Shortfall)
    case yielded(Yield)
    case failed(ControlError)
    case ticksMissed(UInt64)
    /// Something was lost on the way from the kernel.
    case recordsLost(TraceLosses, ringBytes: UInt32)
    case probeMissing(KernelProbes.Probe)
    case listening(String)
    /// Nothing can be recorded for now.
    case recordingInterrupted(StoreError)
    /// It can again; so many ticks are missing.
    case recordingResumed(String, missing: UInt64)
    /// Something that went wrong beside the loop, and that goes on without it.
    case trouble(String)
    case stopping
    case restored(RestoreReport)

    package var description: String {
        switch self {
        case .started(let components, let enforces):
            "started with \(components) components, \(enforces ? "enforcing" : "observing only")"
        case .recovered(let report):
            "found the journal of an agent that did not stop cleanly: \(report.summary)"
        case .policyLoaded(let path, let components): "policy \(path) loaded, \(components) components"
        case .policyRefused(let errors): "policy refused, the one before stays in force:\n\(errors)"
        case .policyWarning(let problem): "warning: \(problem.text)"
        case .breached(let component, let explanation): "guarantee of \(component) breached: \(explanation)"
        case .shortfall(let shortfall):
            "guarantee of \(shortfall.component) does not fit the capacity of the moment: \(shortfall.planned.brief) of "
                + "\(shortfall.wanted.brief) cores planned"
        case .yielded(let yield):
            "\(yield.setting): another writer changed \(yield.left) to \(yield.found), which stands; mete leaves it alone"
        case .failed(let error): error.description
        case .ticksMissed(let count): "\(count) ticks missed so far: this machine did not let mete run in time"
        case .recordsLost(let losses, let ringBytes):
            "the ring buffer of \(ringBytes) bytes was full: "
                + losses.found.filter { $0.kind.origin == .records }.map { "\($0.count) \($0.kind.brief)" }
                .joined(separator: ", ") + " so far; "
                + (ringBytes < AgentOptions.mostRingBytes
                    ? "start with --ring-bytes \(min(UInt64(ringBytes) * 4, UInt64(AgentOptions.mostRingBytes)))"
                    : "there is no larger one; a shorter tick empties it more often")
        case .probeMissing(let probe):
            "this kernel has no tracepoint \(probe.tracepoint), so the probe \(probe.name) is not attached; `mete doctor` says what that costs"
        case .listening(let socket): "listening on \(socket)"
        case .recordingInterrupted(let error):
            "nothing is recorded for now, which is tried again at least once a minute: \(error)"
        case .recordingResumed(let path, let missing):
            "\(path) is written again; \(missing == 0 ? "no tick is" : "\(missing) ticks are") missing"
        case .trouble(let message): message
        case .stopping: "stopping"
        case .restored(let report): report.summary
        }
    }
}

extension RestoreReport {
    /// One line, e.g. `12 settings put back, 1 left to another writer`.
    package var summary: String {
        var restored = 0
        var foreign = 0
        var failed = 0
        for step in steps {
            switch step.action {
            case .restored: restored += 1
            case .foreign: foreign += 1
            case .failed: failed += 1
            case .unchanged, .gone, .inUse: break
            }
        }
        let parts = [
            restored > 0 ? "\(restored) settings put back" : nil,
            foreign > 0 ? "\(foreign) left as another writer set them" : nil,
            failed > 0 ? "\(failed) could not be put back" : nil,
            damage.isEmpty ? nil : "\(damage.count) lines of the journal could not be read",
            voidBootID == nil ? nil : "the journal is of an earlier boot, whose settings ended with it",
        ].compactMap { $0 }
        return parts.isEmpty ? "nothing had to be put back" : parts.joined(separator: ", ")
    }
}
