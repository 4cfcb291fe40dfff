import MeteModel
import MeteStore
import MeteText
import MeteTrace

/// A recording: a part of it at a time is in memory, around the window that is shown.
final class RecordedTimeline: Timeline {
    private let reader: StoreReader
    private let speed: Double
    private var whole: ClosedRange<Int64>
    /// What of the recording `windows` holds.
    private var loaded: ClosedRange<Int64>
    private var windows: [PastWindow] = []
    private var place = 0
    /// What is known of processes in what is loaded.
    private var described: (range: ClosedRange<Int64>, processes: [Int32: [RecordedProcess]])?
    private var playsAt: Nanoseconds
    private var movedAt: Nanoseconds = 0
    /// What is known of the times in `loaded` in which nothing was recorded.
    private var interruptions: (range: ClosedRange<Int64>, words: [String])?

    /// Windows that are read at once, and that are kept on each side of the one shown.
    private static let part = 120
    private static let kept = 4 * part
    /// How often the end of a recording that is still written is looked at.
    private static let pollInterval: Nanoseconds = .perSecond
    /// A screen cannot be read faster: where windows are shorter, several go by at once.
    private static let shortestStep: Nanoseconds = 10 * .perMillisecond

    /// - Returns: nil when the recording holds no window yet.
    init?(_ reader: StoreReader, from: Int64?, speed: Double) throws {
        guard let whole = try reader.range() else { return nil }
        self.reader = reader
        self.speed = speed
        self.whole = whole
        let start = min(max(from ?? whole.lowerBound, whole.lowerBound), whole.upperBound)
        loaded = start...start
        playsAt = TickClock.now()
        try load(around: start)
        // Nothing was going on just then.
        if windows.isEmpty { _ = try loadLater() || loadEarlier() }
        guard !windows.isEmpty else { return nil }
        place = windows.firstIndex { $0.end > start } ?? windows.count - 1
        schedule(from: playsAt, playsAt)
    }

    var shown: PastWindow? { windows.indices.contains(place) ? windows[place] : nil }
    var isNewest: Bool { place == windows.count - 1 && loaded.upperBound >= whole.upperBound }

    var notes: [String] {
        var notes =
            shown?.view.detail == nil
            ? ["The recording keeps no threads, devices and disturbances."] : []
        if !reader.damage.isEmpty {
            notes.append("Parts of the recording are damaged and left out: \(reader.damage.count).")
        }
        return notes + (shown?.view.limits ?? []) + gaps()
    }

    /// Of what is in memory: a look through the whole of a long recording would take long.
    private func gaps() -> [String] {
        if let interruptions, interruptions.range == loaded { return interruptions.words }
        // Damage is said by itself.
        let gaps = (try? reader.gaps(in: loaded)) ?? []
        let words = gaps.map {
            "Nothing was recorded from \(QueryReport.time($0.lowerBound)) to \(QueryReport.time($0.upperBound))."
        }
        interruptions = (loaded, words)
        return words
    }

    func words(isPaused: Bool) -> String {
        if isPaused { return "paused" }
        return isNewest ? "at its end" : speed == 1 ? "playing" : "playing \(speed.brief)x"
    }

    // MARK: Playing

    func due(isPaused: Bool) -> Nanoseconds { isPaused ? .max : max(playsAt, movedAt + Self.shortestStep) }

    func advance(to now: Nanoseconds, isPaused: Bool) throws -> Bool {
        guard now >= due(isPaused: isPaused) else { return false }
        let before = shown?.end
        // What comes much too late is not made up for.
        playsAt = max(playsAt, now - .perSecond)
        while playsAt <= now {
            try move(by: 1)
            schedule(from: playsAt, now)
        }
        movedAt = now
        return shown?.end != before
    }

    func resume(at now: Nanoseconds) { schedule(from: now, now) }

    private func schedule(from start: Nanoseconds, _ now: Nanoseconds) {
        let length = Double(shown?.view.length ?? .perSecond) / speed
        playsAt = isNewest ? now + Self.pollInterval : start + max(1, Nanoseconds(length))
    }

    // MARK: Moving

    func past(_ count: Int) -> [PastWindow] {
        guard !windows.isEmpty else { return [] }
        if place + 1 < count { _ = try? loadEarlier() }
        return Array(windows[max(0, place - count + 1)...place])
    }

    func move(by steps: Int) throws {
        place += steps
        while place < 0 {
            guard try loadEarlier() else { break }
        }
        while place >= windows.count {
            guard try loadLater() else { break }
        }
        place = min(max(0, place), windows.count - 1)
        forget()
    }

    func moveToOldest() throws { try jump(to: whole.lowerBound) }

    func moveToNewest() throws {
        try refresh()
        try jump(to: whole.upperBound)
        place = max(0, windows.count - 1)
    }

    private func jump(to time: Int64) throws {
        windows = []
        loaded = time...time
        try load(around: time)
        if windows.isEmpty { _ = try loadEarlier() || loadLater() }
        place = 0
    }

    // MARK: Processes

    func program(of pid: Int32) -> Program? {
        describe(pid).map { Program(name: $0.name, commandLine: $0.commandLine) }
    }

    /// As it was in the window that is shown.
    func describe(_ pid: Int32) -> ProcessDescription? {
        guard let end = shown?.end else { return nil }
        if described?.range != loaded {
            // A description that cannot be read leaves the row with the name of a thread.
            let found = (try? reader.processes(of: nil, in: loaded)) ?? []
            described = (loaded, Dictionary(grouping: found, by: \.description.pid))
        }
        return described?.processes[pid]?.last { $0.first <= end && end <= $0.last }?.description
    }

    // MARK: Reading

    private var span: Int64 { Int64(Self.part) * max(1, reader.interval) }

    private func load(around time: Int64) throws {
        loaded = max(whole.lowerBound, time - span / 2)...min(whole.upperBound, time + span / 2)
        windows = try read(loaded)
    }

    private func read(_ range: ClosedRange<Int64>) throws -> [PastWindow] {
        try reader.windows(in: range).map { PastWindow(view: TraceView($0, reader.sessions), end: $0.machine.end) }
    }

    /// - Returns: whether there were any.
    private func loadEarlier() throws -> Bool {
        var length = span
        while loaded.lowerBound > whole.lowerBound {
            let start = max(whole.lowerBound, loaded.lowerBound - length)
            let found = try read(start...loaded.lowerBound - 1)
            loaded = start...loaded.upperBound
            windows = found + windows
            place += found.count
            if !found.isEmpty { return true }
            // Nothing was recorded for a while.
            length *= 2
        }
        return false
    }

    private func loadLater() throws -> Bool {
        if loaded.upperBound >= whole.upperBound { try refresh() }
        var length = span
        while loaded.upperBound < whole.upperBound {
            let end = min(whole.upperBound, loaded.upperBound + length)
            let found = try read(loaded.upperBound + 1...end)
            loaded = loaded.lowerBound...end
            windows += found
            if !found.isEmpty { return true }
            length *= 2
        }
        return false
    }

    /// The recording may still be written.
    private func refresh() throws {
        if let now = try reader.range() { whole = whole.lowerBound...max(whole.upperBound, now.upperBound) }
    }

    private func forget() {
        if place > 2 * Self.kept {
            let count = place - Self.kept
            loaded = windows[count - 1].end...loaded.upperBound
            windows.removeFirst(count)
            place -= count
        }
        if windows.count - place > 2 * Self.kept {
            windows.removeLast(windows.count - place - Self.kept)
            loaded = loaded.lowerBound...(windows.last?.end ?? loaded.upperBound)
        }
    }
}
