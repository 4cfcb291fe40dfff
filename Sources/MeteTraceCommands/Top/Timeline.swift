import MeteModel

/// The windows that can be seen, and which of them is: those of now and of a while ago, or those of a recording.
protocol Timeline: AnyObject {
    /// What is shown; nil before the first window is over.
    var shown: PastWindow? { get }
    /// Windows of which there are newer ones than the one shown.
    var isNewest: Bool { get }
    /// What stands beside the time: `live`, `paused, 12 s back`.
    func words(isPaused: Bool) -> String
    /// What this view does not know, beside what the windows say themselves: a sentence for each.
    var notes: [String] { get }
    /// When `advance` is to be called again.
    func due(isPaused: Bool) -> Nanoseconds
    /// Does what time asks for.
    ///
    /// - Returns: whether what is shown may be another one.
    func advance(to now: Nanoseconds, isPaused: Bool) throws -> Bool
    /// The windows up to the one shown, at most as many, the oldest first.
    func past(_ count: Int) -> [PastWindow]
    /// As many windows back (negative) or forth, as far as there are any.
    func move(by windows: Int) throws
    func moveToOldest() throws
    func moveToNewest() throws
    /// Goes on from a pause.
    func resume(at now: Nanoseconds) throws
    /// Costs next to nothing.
    func program(of pid: Int32) -> Program?
    /// May cost a look into /proc.
    func describe(_ pid: Int32) -> ProcessDescription?
}
