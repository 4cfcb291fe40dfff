internal import MeteModel

extension Write {
    /// Why a setting is to be what it is to be. Put into words only when somebody asks.
    package enum Reason: Equatable, Sendable {
        /// Asked for directly, by no component's plan.
        case requested
        /// A weight for these cores, times a factor, among what competes in the same group.
        case share(cores: Double, factor: Double)
        /// The weight of a group above those that carry shares.
        case sharesBelow
        /// The policy's `max`, less what is reserved.
        case maximum(cores: Double)
        /// Groups below it carry shares.
        case handDown
        /// Holds the groups of mete's own.
        case top
        /// For processes that have no group of their own.
        case ownGroup
        /// Into the group of its component.
        case move
        /// Out of a group of mete's own, to where it came from.
        case comeHome
        /// Runtime over period in cores; demand and guarantee of the whole component.
        case reservation(cores: Double, demand: Double, guarantee: Double)
        /// For a thread that somebody waits for.
        case shortSlice
        /// A thread that was hot and is not any more.
        case cooled
        /// No component needs it any more: back to what it was.
        case withdrawn
        /// So that the kernel keeps run-queue delays.
        case delayAccounting

        /// Whether mete gives up the setting by it.
        package var isWayBack: Bool {
            switch self {
            case .cooled, .withdrawn, .comeHome: true
            default: false
            }
        }
    }
}

extension Write.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .requested: "asked for"
        case .share(let cores, let factor):
            "stands for \(cores.brief) cores among what competes beside it"
                + (factor > 1 ? ", times \(factor.brief) to be served first or to make up for what it lacked" : "")
        case .sharesBelow: "the sum of the shares below it"
        case .maximum(let cores): "at most \(cores.brief) cores beside its reservations (`max` of the policy)"
        case .handDown: "groups below it carry shares"
        case .top: "holds the groups that mete makes"
        case .ownGroup: "its processes have no group to themselves, and may be given one"
        case .move: "into the group of its component"
        case .comeHome: "no component may keep it in a group of mete's own any more: back to where it came from"
        case .reservation(let cores, let demand, let guarantee):
            "\(cores.brief) cores for this thread: the component is expected to want \(demand.brief) and is guaranteed "
                + "\(guarantee.brief), divided among its hot threads"
        case .shortSlice: "somebody waits for this thread: it need not wait for the slices of others"
        case .cooled: "the thread is not hot any more"
        case .withdrawn: "no component needs it any more: back to what it was"
        case .delayAccounting: "the kernel then keeps run-queue delays, which is cheaper than timing them"
        }
    }
}
