/// What was issued in each of the last `horizon` ticks, to be compared with the demand of the tick it was issued for.
///
/// A tick in which nothing was issued holds nil. Fixed size: advancing neither moves nor allocates.
struct DueQueue<Element: Sendable>: Sendable {
    private var slots: [Element?]
    private var next = 0

    init(horizon: Int) {
        precondition(horizon >= 1, "a forecast is for a later tick: the horizon is \(horizon), at least 1 is needed")
        slots = Array(repeating: nil, count: horizon)
    }

    /// What was issued `horizon` ticks before the tick that is now being observed.
    var due: Element? { slots[next] }

    /// What was issued last.
    var latest: Element? { slots[next == 0 ? slots.count - 1 : next - 1] }

    /// Ends the tick: drops what was due and takes what is issued now.
    mutating func advance(issuing element: Element?) {
        slots[next] = element
        next = next + 1 == slots.count ? 0 : next + 1
    }

    /// Forgets all that is still to come due.
    mutating func removeAll() {
        for index in slots.indices { slots[index] = nil }
    }
}
