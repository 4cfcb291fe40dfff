/// What a process is called.
struct Program: Equatable {
    var name: String
    var commandLine: String
}

/// What a timeline says of the window that is shown.
struct TopMoment {
    var shown: PastWindow?
    /// The windows up to it, the oldest first.
    var past: [PastWindow] = []
    var isNewest = true
    /// `live`, `paused, 12 s back`.
    var words = "live"
    var notes: [String] = []
    /// Whether its time is of another day than today, perhaps.
    var isRecording = false
    /// The name and the command line of a process, as far as they are known: asked of rows on the screen alone.
    var program: (Int32) -> Program? = { _ in nil }
    /// What `TopScreen` shows of the row whose details are asked for.
    var details: [TopDetails.Fact] = []
}
