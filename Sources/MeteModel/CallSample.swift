/// What one component did of one function in one window.
package struct CallSample: Equatable, Sendable {
    package var component: ComponentID
    /// `libz:deflate`: the library as it was asked for, and the function.
    package var function: String
    package var start: Instant
    package var end: Instant
    package var usage: CallUsage
    /// Of the calls that returned in the window, each from its entry on; nothing where durations are not counted.
    package var durations: LatencySummary

    package init(
        component: ComponentID, function: String, start: Instant, end: Instant, usage: CallUsage,
        durations: LatencySummary = LatencySummary()
    ) {
        self.component = component
        self.function = function
        self.start = start
        self.end = end
        self.usage = usage
        self.durations = durations
    }

    /// The name under which this is recorded and forecast: `web/libz:deflate`.
    package var subcomponent: ComponentID { ComponentID("\(component.name)/\(function)") }

    /// Length of the window.
    package var window: Nanoseconds { end - start }

    package var callsPerSecond: Double {
        window > 0 ? Double(usage.calls) / window.seconds : 0
    }

    /// Threads inside, on average over the window.
    package var inside: Double {
        window > 0 ? Double(usage.time) / Double(window) : 0
    }
}

extension ComponentID {
    /// The two parts of a subcomponent's name; nil where it is not the name of one.
    package var calledFunction: (component: ComponentID, function: String)? {
        guard let slash = name.lastIndex(of: "/") else { return nil }
        let function = name[name.index(after: slash)...]
        guard let colon = function.lastIndex(of: ":"), colon != function.startIndex, function.last != ":" else {
            return nil
        }
        return (ComponentID(String(name[..<slash])), String(function))
    }
}
