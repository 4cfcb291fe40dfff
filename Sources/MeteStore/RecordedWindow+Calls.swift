package import MeteModel

extension RecordedWindow {
    /// Adds calls of functions, each under its subcomponent's name: what is counted there is in no other metric of the component.
    package mutating func add(_ calls: [CallSample]) {
        for call in calls {
            let recorded = RecordedSample(call, end: machine.end)
            for metric in [Metric.calls, .callTime, .callsLeft] { machine[metric] &+= recorded[metric] }
            components.append((call.subcomponent, recorded))
        }
    }
}

extension RecordedSample {
    fileprivate init(_ call: CallSample, end: Int64) {
        self.init(end: end, length: call.window)
        self[.calls] = Int64(clamping: call.usage.calls)
        self[.callTime] = call.usage.time
        self[.callsLeft] = Int64(clamping: call.usage.left)
        self[.callP50] = call.durations.p50 ?? 0
        self[.callP99] = call.durations.p99 ?? 0
    }
}
