import Foundation
import MeteModel
import MeteStore
import MeteTestSupport
import MeteTrace
import Testing

@testable import MeteTraceCommands

/// `mete replay --json` has every field that `mete trace --json` has of the same windows, but for those that no recording holds.
struct ReplayLineTests {
    /// What no recording holds, by path: mete(1) names it under `mete replay`. A field that gets lost and is not named here fails the test, and
    /// so does one that is named here and is not lost.
    private static let unrecorded: Set<String> = Set(
        [
            "stalls.groups", "components.stalls.groups", "components.memory.walkAge", "components.largest",
            "components.runQueueDelay.count", "components.calls.duration.count", "components.calls.duration.p999",
        ]
            + ["reads", "writes"].flatMap { direction in
                ["count", "p50", "p999"].map { "components.disk.\(direction).latency.\($0)" }
            } + LossKind.all.map { "losses.\($0.name)" })

    private static let caveat = "a probe is missing"

    private static func description(_ pid: Int32) -> ProcessDescription {
        ProcessDescription(
            pid: pid, start: UInt64(pid) * 1_000_000, component: ComponentID("web"), parent: 1, name: "nginx",
            executable: "/usr/sbin/nginx", commandLine: "nginx -g daemon", user: 33, cgroup: "/web.slice",
            unit: "nginx.service", container: "c0ffee", libraries: ["/lib/libz.so.1"])
    }

    /// Two windows with something in every field of a line, where the fields are of the whole machine in at least one of them.
    private func live() -> [TraceView] {
        let fixture = ReplayTests()
        return ([0, 1] as [Int64]).map { place in
            let end = Instant(nanoseconds: ReplayTests.end.nanoseconds + place * .perSecond)
            var view = fixture.view(end: end)
            let latency = LatencySummary(count: 9, p50: 640, p99: 163_840, p999: 2_097_152)
            view.latencies[ComponentID("web")] = TraceView.Latencies(
                runQueueDelay: latency, diskReads: latency, diskWrites: latency)
            for index in view.calls.indices { view.calls[index].durations = latency }
            for index in view.samples.indices {
                view.samples[index].memory.walkAge = 5 * .perSecond
                view.samples[index].stalls?.groups = 2
            }
            // Nothing stood still in the second one, which is known.
            let pressure = Stalls.Pressure(some: (1 - place) * 3_000_000, full: (1 - place) * 1_000_000)
            view.stalls = Stalls(cpu: pressure, memory: pressure, disk: pressure, groups: 1)
            view.capacity.steal = 0.57
            view.detail?.memory[ComponentID("web")] = [
                ProcessMemory(
                    pid: 10, name: "nginx", component: ComponentID("web"),
                    memory: MemoryUsage(resident: 1 << 20, walkAge: 1))
            ]
            var losses = TraceLosses()
            losses.usageRecords = 3
            losses.uncountedCalls = 4
            view.losses = .each(losses)
            view.limits = ["\(Self.caveat)."]
            var changes = ProcessChanges()
            changes.described = [Self.description(place == 0 ? 10 : 11)]
            changes.ended = place == 0 ? [] : [Self.description(10).key]
            changes.undescribed = UInt64(place) * 2
            view.processes = changes
            return view
        }
    }

    private func replayed(_ live: [TraceView], in folder: TemporaryFolder) throws -> [TraceView] {
        let writer = try StoreWriter(
            path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        try writer.begin(RecordedSession(start: 0, version: "test", untraced: [], caveats: [Self.caveat]))
        for view in live {
            var window = RecordedWindow(view, mostThreads: 3)
            // The instants of this test are of the time of day already.
            window.move(to: view.samples.first?.end.nanoseconds ?? 0)
            try writer.append(window, processes: RecordedProcessChanges(view.processes))
        }
        try writer.close()
        let reader = try StoreReader(path: folder.file("r"))
        let windows = try reader.windows(in: 0...Int64.max / 2)
        var processes = ProcessReplay(reader)
        // As a long recording is read: a part after the other.
        return try windows.map { window in
            var view = TraceView(window, reader.sessions)
            view.processes = try processes.changes(in: [window])?.first
            return view
        }
    }

    @Test func everyFieldOfALineIsReplayed() throws {
        let live = live()
        let folder = try TemporaryFolder(prefix: "mete-replay")
        let replayed = try replayed(live, in: folder)
        #expect(replayed.count == live.count)
        var missing: Set<String> = []
        for (one, other) in zip(live, replayed) {
            let expected = try Self.fields(one)
            let found = try Self.fields(other)
            for (path, value) in expected where found[path] != value {
                let field = path.replacing(/\[[0-9]+\]/, with: "")
                let named = Self.unrecorded.first { field == $0 || field.hasPrefix("\($0).") }
                if let named, found[path] == nil {
                    missing.insert(named)
                } else {
                    Issue.record("\(path) was \(value) and is \(found[path] ?? "not there")")
                }
            }
            for path in found.keys where expected[path] == nil { Issue.record("\(path) is only in the replay") }
        }
        #expect(missing == Self.unrecorded, "what is named as not recorded is not there, and nothing else")
    }

    /// The detector: a field that the windows of this test leave empty could get lost without it being seen.
    @Test func theWindowsHaveSomethingInEveryField() {
        var empty: Set<String> = []
        var filled: Set<String> = []
        func look(_ value: Any) {
            let mirror = Mirror(reflecting: value)
            for child in mirror.children {
                let inner = Mirror(reflecting: child.value)
                let field = "\(mirror.subjectType).\(child.label ?? "")"
                switch inner.displayStyle {
                case .optional, .collection, .dictionary:
                    if inner.children.isEmpty { empty.insert(field) } else { filled.insert(field) }
                default: filled.insert(field)
                }
                look(child.value)
            }
        }
        for view in live() { look(TraceLine(view, mostThreads: 3, describes: true).line) }
        #expect(empty.subtracting(filled).isEmpty)
        #expect(filled.contains("Line.processes") && filled.contains("Quantiles.p999"))
    }

    /// What runs on from before the part that is shown is described in its first line.
    @Test func aReplayFromTheMiddleDescribesWhoIsThere() throws {
        let folder = try TemporaryFolder(prefix: "mete-replay")
        _ = try replayed(live(), in: folder)
        let reader = try StoreReader(path: folder.file("r"))
        let later = try reader.windows(in: ReplayTests.end.nanoseconds...Int64.max / 2)
        var processes = ProcessReplay(reader)
        let changes = try #require(try processes.changes(in: later)?.first)
        #expect(later.count == 1 && changes.described.map(\.pid) == [10, 11])
        #expect(changes.ended == [Self.description(10).key] && changes.undescribed == 2)
    }

    // MARK: Fields of a line

    /// Values by path, such as `components[0].disk.reads.bytes`; of an empty list or object that it is one.
    private static func fields(_ view: TraceView) throws -> [String: String] {
        let text = TraceLine(view, mostThreads: 3, describes: true).text
        var fields: [String: String] = [:]
        func add(_ value: Any, _ path: String) {
            switch value {
            case let object as [String: Any] where !object.isEmpty:
                for (key, value) in object { add(value, path.isEmpty ? key : "\(path).\(key)") }
            case let list as [Any] where !list.isEmpty:
                for (index, value) in list.enumerated() { add(value, "\(path)[\(index)]") }
            default: fields[path] = "\(value)"
            }
        }
        add(try JSONSerialization.jsonObject(with: Data(text.utf8)), "")
        return fields
    }
}
