extension Disturbance.Runner {
    /// Those that are no component, each by a word of its own: in JSON, in recordings, in exports.
    private static let others: [(word: String, runner: Disturbance.Runner)] = [
        ("real-time", .realTime), ("deadline", .deadline), ("idle", .idle), ("unknown", .unknown),
        ("throttled", .throttled), ("steal", .steal),
    ]
    private static let componentWord = "component"

    /// What it is, in a word: `component` for every component.
    package var kind: String { Self.others.first { $0.runner == self }?.word ?? Self.componentWord }

    /// The component, if it is one.
    package var component: ComponentID? { if case .component(let component) = self { component } else { nil } }

    /// As a table names it to a reader who wants to know what stood in the way of `waiter`.
    package func words(for waiter: ComponentID) -> String {
        switch self {
        case .component(waiter): "itself"
        case .component(let component): component.name
        case .realTime: "real-time threads"
        case .deadline: "deadline threads"
        case .idle: "nobody"
        case .unknown: "unknown"
        case .throttled: "its quota"
        case .steal: "the hypervisor"
        }
    }

    /// Whether others than this component had the CPU.
    package func isOther(than waiter: ComponentID) -> Bool {
        switch self {
        case .component(let component): component != waiter
        default: self == .realTime || self == .deadline
        }
    }

    /// - Parameters:
    ///   - kind: as `kind` says it.
    ///   - component: its name, of a component.
    package init?(kind: String, component: ComponentID?) {
        if kind == Self.componentWord, let component {
            self = .component(component)
        } else if let other = Self.others.first(where: { $0.word == kind }) {
            self = other.runner
        } else {
            return nil
        }
    }
}
