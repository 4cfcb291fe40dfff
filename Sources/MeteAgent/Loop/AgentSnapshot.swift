package import MeteControl
package import MeteModel
package import MetePartition
package import MeteTrace

/// Everything about one tick that somebody outside the loop may ask for. Made once per tick, read under a lock.
package struct AgentSnapshot: Sendable {
    /// What is known of one component beside its sample and its allotment.
    package struct Component: Sendable {
        package var policy: ComponentPolicy
        package var forecast: Forecast?
        package var verdict: GuaranteeWatch.Verdict
        package var breaches: UInt64
        package var lastBreach: (at: Instant, explanation: String)?
        /// Over the last second or so; nil before that.
        package var resources: ResourceUse?
    }

    /// What is known of the calls of one function by one component.
    package struct Call: Sendable {
        /// Of the last window; without any call where there was none.
        package var sample: CallSample
        /// Calls a second.
        package var calls: Forecast?
        /// Threads inside.
        package var inside: Forecast?
    }

    /// How recording gets on.
    package struct Recording: Sendable {
        package var file: String
        package var missingTicks: UInt64
        /// Of ticks that wait.
        package var waitingBytes: Int
        /// Why nothing is written for now, if so.
        package var problem: String?
    }

    package var tick: UInt64
    package var missedTicks: UInt64
    package var at: Instant
    package var tickLength: Nanoseconds
    package var window: TraceWindow
    /// What beside CPUs is measured.
    package var traced: KernelProbes.Options
    /// Those that the kernel has no place for.
    package var missingProbes: [KernelProbes.Probe] = []
    /// For how many components there are slots: see `TraceWindow.componentsWithoutSlot`.
    package var componentSlots = 0
    /// Over the last second or so, and how long that was; nil where the kernel does not say, and before that.
    package var machineStalls: (stalls: Stalls, length: Nanoseconds)?
    package var plan: PartitionPlan?
    /// One per sample of the window, in its order.
    package var components: [Component]
    /// By component and function; empty where no calls are counted.
    package var calls: [Call]
    /// How many of them are not forecast, because as many are as may be.
    package var callsBeyond = 0
    /// As of at most a second ago.
    package var control: [ComponentID: ComponentControlStatus]
    package var cost: AgentCost
    /// What came of putting the plan in force; nil where nothing is.
    package var outcome: Outcome?
    /// What becomes of the recording that was asked for; nil where none was.
    package var recording: Recording?
    /// Why the last plan was not put in force at all, if so.
    package var journalError: ControlError?
    /// Whether a second ended with this tick, and `Component.resources` are of it.
    package var endsSecond = false
}
