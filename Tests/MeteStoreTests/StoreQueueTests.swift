import GRDB
import MeteModel
import MeteTestSupport
import Synchronization
import Testing

@testable import MeteStore

/// Windows on their way to a disk that does not keep up, refuses, or is not there yet.
struct StoreQueueTests {
    private static let always = Int64.min / 4...Int64.max / 4
    private static let begin: Int64 = 1_800_000_000 * .perSecond
    private let folder: TemporaryFolder
    private let events = Events()
    private let web = ComponentID("web")
    private var file: String { folder.file("r") }

    private final class Events: Sendable {
        private let texts = Mutex<[String]>([])

        func add(_ event: StoreQueue.Event) {
            texts.withLock { texts in
                switch event {
                case .interrupted: texts.append("interrupted")
                case .resumed(let missing): texts.append("resumed, \(missing) missing")
                }
            }
        }

        var all: [String] { texts.withLock { $0 } }
    }

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-queue")
    }

    private func queue(mostBytes: Int = 64 << 20, mustOpen: Bool = true, path: String? = nil) throws -> StoreQueue {
        var settings = StoreQueue.Settings()
        settings.mostBytes = mostBytes
        settings.firstPause = 20 * .perMillisecond
        let path = path ?? file
        return try StoreQueue(settings, mustOpen: mustOpen) { isAgain throws(StoreError) in
            let writer = try StoreWriter(path: path, settings: .init(interval: .perSecond), version: "test")
            var session = RecordedSession(start: Self.begin, version: "test", untraced: [], caveats: [])
            session.isSameRun = isAgain
            try writer.begin(session)
            return writer
        } tell: { [events] in
            events.add($0)
        }
    }

    private func window(_ second: Int) -> RecordedWindow {
        let end = Self.begin + Int64(second) * .perSecond
        var sample = RecordedSample(end: end, length: .perSecond)
        sample[.runTime] = 1_000_000
        return RecordedWindow(
            machine: RecordedSample(end: end, length: .perSecond), components: [(web, sample)])
    }

    private func process(_ pid: Int32) -> ProcessDescription {
        ProcessDescription(
            pid: pid, start: 7, component: web, parent: 1, name: "p\(pid)", executable: "/p\(pid)", commandLine: "p",
            user: 0, cgroup: "/")
    }

    private func give(
        _ second: Int, to queue: StoreQueue, bytes: Int = 100, described: [Int32] = [], ended: [Int32] = [],
        when gate: @escaping @Sendable () -> Void = {}
    ) {
        let window = window(second)
        let changes = RecordedProcessChanges(
            described: described.map(process), ended: ended.map { ProcessKey(pid: $0, start: 7) })
        let end = window.machine.end
        queue.take(end - .perSecond..<end, bytes: bytes, processes: changes) {
            gate()
            return (window, [])
        }
    }

    /// Writing stands still in the first window until the test has gone on.
    private func expectCarried(_ body: (StoreQueue) throws -> Void) throws {
        let queue = try queue(mostBytes: 250)
        let gate = Gate()
        give(1, to: queue, when: { gate.wait() })
        #expect(Polling.wait { queue.status.waitingBytes == 0 }, "it is being written")
        try body(queue)
        gate.open()
        try queue.close()
    }

    private final class Gate: Sendable {
        private let isOpen = Mutex(false)

        func open() { isOpen.withLock { $0 = true } }

        func wait() { Polling.wait { isOpen.withLock { $0 } } }
    }

    @Test func whatIsTakenOverIsInTheFile() throws {
        let queue = try queue()
        for second in 1...30 { give(second, to: queue) }
        try queue.close()
        #expect(queue.status == StoreQueue.Status() && events.all.isEmpty)
        #expect(try StoreReader(path: file).windows(in: Self.always).count == 30)
    }

    /// Three of 100 bytes find room in 250, whatever their number; those given up are a gap with a cause.
    @Test func theQueueIsBoundedByBytesAndSaysWhatIsMissing() throws {
        try expectCarried { queue in
            for second in 2...6 { give(second, to: queue) }
            #expect(queue.status.waitingBytes == 200 && queue.status.missing == 3)
        }
        let reader = try StoreReader(path: file)
        let ends = try reader.windows(in: Self.always).map { ($0.machine.end - Self.begin) / .perSecond }
        #expect(ends == [1, 2, 3])
        #expect(
            reader.interruptions == [
                RecordedInterruption(
                    start: Self.begin + 3 * .perSecond, end: Self.begin + 6 * .perSecond,
                    cause: "the disk was slower than what was measured")
            ])
    }

    @Test func aWindowLargerThanTheQueueGoesThrough() throws {
        let queue = try queue(mostBytes: 10)
        give(1, to: queue, bytes: 1000)
        try queue.close()
        #expect(try StoreReader(path: file).windows(in: Self.always).count == 1)
    }

    /// Processes of windows that were given up are described in the next one, and those that ended have their end.
    @Test func processesOfAWindowThatIsGivenUpAreNotLost() throws {
        let queue = try queue(mostBytes: 150)
        give(1, to: queue, described: [10, 11])
        #expect(Polling.wait { queue.status.waitingBytes == 0 })
        let gate = Gate()
        give(2, to: queue, when: { gate.wait() })
        #expect(Polling.wait { queue.status.waitingBytes == 0 })
        give(3, to: queue)
        give(4, to: queue, described: [12, 13], ended: [10])
        give(5, to: queue, ended: [13])
        #expect(queue.status.missing == 2)
        gate.open()
        #expect(Polling.wait { queue.status.waitingBytes == 0 })
        give(6, to: queue)
        try queue.close()
        let reader = try StoreReader(path: file)
        let found = try reader.processes(of: nil, in: Self.always)
        #expect(found.map(\.description.pid) == [10, 11, 12])
        #expect(found.map(\.hasEnded) == [true, false, false])
        #expect(found.first?.last == Self.begin + 6 * .perSecond)
        let brief = try reader.samples(of: nil, in: Self.always).reduce(0) { $0 + $1[.briefProcesses] }
        #expect(brief == 1, "of that which came and went nobody tells more")
    }

    /// Another program holds the file for a while.
    @Test func whatTheDiskRefusesIsTriedAgain() throws {
        let queue = try queue(mostBytes: 250)
        give(1, to: queue, described: [10])
        #expect(Polling.wait { queue.status.waitingBytes == 0 })
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: file, configuration: configuration)
        #expect(Polling.wait { (try? other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }) != nil })
        give(2, to: queue)
        #expect(Polling.wait(seconds: 30) { queue.status.problem != nil })
        for second in 3...7 { give(second, to: queue, described: second == 6 ? [11] : []) }
        #expect(queue.status.missing == 3)
        // Several attempts fail, and are told of once.
        #expect(!Polling.wait(seconds: 2) { events.all.count > 1 })
        #expect(events.all == ["interrupted"])
        try other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(Polling.wait(seconds: 30) { queue.status.problem == nil })
        #expect(events.all == ["interrupted", "resumed, 3 missing"])
        give(8, to: queue)
        try queue.close()
        let reader = try StoreReader(path: file)
        let ends = try reader.windows(in: Self.always).map { ($0.machine.end - Self.begin) / .perSecond }
        #expect(ends == [1, 2, 3, 4, 8], "what was handed over before is there")
        #expect(try reader.processes(of: nil, in: Self.always).map(\.description.pid) == [10, 11])
        let part = try #require(try reader.range())
        let texts = try RecordingCaveats(reader, part).texts
        #expect(
            texts.contains { $0.hasPrefix("nothing was recorded from") && $0.hasSuffix("another process writes it") })
    }

    /// Its folder is made later.
    @Test func aFileThatCannotBeOpenedAtTheStartIsTriedAgain() throws {
        let path = folder.file("later/r")
        #expect(throws: StoreError.self) { try self.queue(path: path) }
        let queue = try self.queue(mustOpen: false, path: path)
        #expect(queue.status.problem != nil && events.all == ["interrupted"])
        give(1, to: queue, described: [10])
        try folder.makeFolder("later")
        #expect(Polling.wait(seconds: 30) { queue.status.problem == nil })
        try queue.close()
        let reader = try StoreReader(path: path)
        #expect(try reader.windows(in: Self.always).count == 1)
        #expect(try reader.processes(of: nil, in: Self.always).count == 1)
        #expect(events.all == ["interrupted", "resumed, 0 missing"])
    }

    @Test func aRecordingThatIsRefusedToTheEndSaysSo() throws {
        let queue = try queue(mustOpen: false, path: folder.file("never/r"))
        give(1, to: queue)
        #expect(throws: StoreError.self) { try queue.close() }
    }
}
