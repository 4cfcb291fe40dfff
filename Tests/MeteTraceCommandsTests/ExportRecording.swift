import MeteModel
import MeteStore
import MeteTestSupport

/// A recording with names that every format has to escape, and what was put into it.
struct ExportRecording {
    static let begin: Int64 = 1_800_000_000 * .perSecond
    static let hostile = [
        "plain", "comma, \"quoted\"", "two\nlines", "cr\r\nlf", "back\\slash\\n", "</script><script>alert(1)</script>",
        "tab\tand\u{1}control", "ümläut \u{1F980}", "\"\u{301}", ",\u{301}", "\r\n",
    ]

    let folder: TemporaryFolder
    let path: String
    /// Windows, one a second.
    let count: Int

    init(
        windows count: Int = 1500, components: [String] = Self.hostile, sessions: [RecordedSession] = [],
        lost: Int64 = 0
    ) throws {
        folder = try TemporaryFolder(prefix: "mete-export")
        path = folder.file("recording")
        self.count = count
        var settings = StoreWriter.Settings(interval: .perSecond)
        // Time is not real here, so few commits will do.
        settings.batch = 1000 * .perSecond
        let writer = try StoreWriter(path: path, settings: settings, version: "test")
        for session in sessions { try writer.begin(session) }
        for index in 1...count {
            let end = Self.begin + Int64(index) * .perSecond
            var machine = RecordedSample(end: end, length: .perSecond)
            machine[.capacity] = 1875
            machine[.lost] = lost
            machine[.cpuStalledSome] = 2_000_000
            let samples = components.enumerated().compactMap { place, name -> (ComponentID, RecordedSample)? in
                // Each does nothing for a while, the second half of every hundred.
                guard (index + place) % 100 < 50 else { return nil }
                var sample = RecordedSample(end: end, length: .perSecond)
                sample[.runTime] = Int64(place + 1) * 1_000_000
                sample[.runQueueDelay] = 500_000
                sample[.readBytes] = 4096
                sample[.threads] = 3
                if index % 2 == 0 { sample[.delayP99] = LatencyHistogram.upperBound(of: 20) }
                machine[.runTime] += sample[.runTime]
                return (ComponentID(name), sample)
            }
            try writer.append(RecordedWindow(machine: machine, components: samples))
        }
        try writer.close()
    }

    /// How many windows a component has.
    func windows(of place: Int) -> Int { (1...count).count { ($0 + place) % 100 < 50 } }
}
