import Foundation
import MeteModel
import MeteStore
import MeteTestSupport
import Testing

@testable import MeteTraceCommands

/// What is in a recording is in each of its exports, in a form that a strict reader takes.
struct SeriesExportTests {
    private static let metrics: [Metric] = [
        .runTime, .runQueueDelay, .delayP99, .readBytes, .threads, .capacity, .lost,
    ]

    private func text(
        _ recording: ExportRecording, _ components: [String]? = nil, metrics: [Metric] = Self.metrics,
        tier: Tier = .raw, part: ClosedRange<Int64>? = nil, _ write: (SeriesExport) throws -> Void
    ) throws -> String {
        let reader = try StoreReader(path: recording.path)
        let whole = try #require(try reader.range())
        var text = ""
        let export = SeriesExport(
            reader: reader, part: part ?? whole,
            components: components.map { $0.map { ComponentID($0) } } ?? [nil] + reader.components, metrics: metrics,
            tier: tier, write: { text += $0 })
        try write(export)
        return text
    }

    // MARK: CSV

    /// Rows of fields, read as RFC 4180 has them and no wider.
    private func parseCSV(_ text: String) throws -> [[String]] {
        var rows: [[String]] = []
        var (row, field) = ([String](), "")
        var (isQuoted, wasQuoted) = (false, false)
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"" where isQuoted && scalars.first == "\"":
                scalars.removeFirst()
                field += "\""
            case "\"" where isQuoted: (isQuoted, wasQuoted) = (false, true)
            case "\"":
                try #require(field.isEmpty && !wasQuoted, "a quote inside a field: \(field)")
                isQuoted = true
            case _ where isQuoted: field.unicodeScalars.append(scalar)
            case ",":
                row.append(field)
                (field, wasQuoted) = ("", false)
            case "\r":
                try #require(scalars.popFirst() == "\n", "a carriage return alone")
                rows.append(row + [field])
                (row, field, wasQuoted) = ([], "", false)
            default:
                try #require(scalar != "\n" && !wasQuoted, "\(field)")
                field.unicodeScalars.append(scalar)
            }
        }
        try #require(!isQuoted && row.isEmpty && field.isEmpty, "the last line does not end")
        return rows
    }

    @Test func everySampleIsARowOfCSV() throws {
        let recording = try ExportRecording(lost: 7)
        let rows = try parseCSV(text(recording) { try $0.writeRows(CSVRows(metrics: Self.metrics)) })
        #expect(
            rows.first
                == ["kind", "time", "end_ns", "length_ns", "component", "cpu.run", "cpu.delay", "cpu.delay-p99"]
                + ["disk.read-bytes", "threads", "machine.capacity", "machine.lost", "caveat"])
        #expect(rows.allSatisfy { $0.count == 13 })
        for (place, name) in ExportRecording.hostile.enumerated() {
            let own = rows.filter { $0[0] == "sample" && $0[4] == name }
            #expect(own.count == recording.windows(of: place), "\(name)")
            #expect(own.allSatisfy { $0[5] == "\((place + 1) * 1_000_000)" && $0[10] == "" && $0[12] == "" })
        }
        let machine = rows.filter { $0[0] == "machine" }
        #expect(machine.count == recording.count && machine.allSatisfy { $0[4] == "" && $0[10] == "1875" })
        #expect(machine.first?[1] == "2027-01-15T08:00:01.000000000Z")
        #expect(machine.first?[2] == "\(ExportRecording.begin + .perSecond)")
        let caveats = rows.filter { $0[0] == "caveat" }
        #expect(caveats.contains { $0[12].hasPrefix("7 records, requests or calls were lost") })
    }

    @Test func quantilesOfNothingAreAbsent() throws {
        let recording = try ExportRecording(windows: 40, components: ["web"])
        let rows = try parseCSV(
            text(recording, ["web"], metrics: [.delayP99]) { try $0.writeRows(CSVRows(metrics: [.delayP99])) })
        let values = rows.filter { $0[0] == "sample" }.map { $0[5] }
        #expect(values.contains("") && values.contains("\(LatencyHistogram.upperBound(of: 20))"))
        #expect(!values.contains("0"))
    }

    // MARK: JSON lines

    @Test func everySampleIsALineOfJSON() throws {
        let recording = try ExportRecording()
        let lines = try text(recording) { try $0.writeRows(JSONRows(metrics: Self.metrics)) }
            .split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        for (place, name) in ExportRecording.hostile.enumerated() {
            let own = lines.filter { $0["component"] as? String == name }
            #expect(own.count == recording.windows(of: place), "\(name)")
            #expect(
                own.allSatisfy { $0["cpu.run"] as? Int == (place + 1) * 1_000_000 && $0["kind"] as? String == "sample" }
            )
            #expect(own.allSatisfy { $0["machine.capacity"] == nil })
        }
        #expect(lines.count { $0["kind"] as? String == "machine" } == recording.count)
    }

    // MARK: What was not traced

    private func session(at second: Int64, untraced: [String], caveats: [String] = []) -> RecordedSession {
        RecordedSession(
            start: ExportRecording.begin + second * .perSecond, version: "test", untraced: untraced, caveats: caveats)
    }

    @Test func whatWasNotTracedIsAbsent() throws {
        let recording = try ExportRecording(
            windows: 100, components: ["web"],
            sessions: [
                session(
                    at: 0, untraced: ["network.sent-bytes"],
                    caveats: ["tracepoint tcp_retransmit_skb: none; use another"]),
                session(at: 60, untraced: []),
            ])
        let rows = try parseCSV(
            text(recording, metrics: [.sentBytes, .writeBytes]) {
                try $0.writeRows(CSVRows(metrics: [.sentBytes, .writeBytes]))
            })
        for row in rows where row[0] == "sample" || row[0] == "machine" {
            let isLater = try #require(Int64(row[2])) > ExportRecording.begin + 60 * .perSecond
            #expect(row[5] == (isLater ? "0" : "") && row[6] == "0", "\(row)")
        }
        let caveats = rows.filter { $0[0] == "caveat" }.map { $0[7] }
        #expect(caveats.contains("not traced, and absent here: network.sent-bytes"))
        #expect(caveats.contains("tracepoint tcp_retransmit_skb: none; use another"))
        #expect(!caveats.contains { $0.contains("does not say") })
    }

    @Test func aRecordingThatDoesNotSayWhatWasTracedIsMarked() throws {
        let recording = try ExportRecording(windows: 5, components: ["web"])
        for rows in [CSVRows(metrics: [.sentBytes]), JSONRows(metrics: [.sentBytes])] as [any SampleRows] {
            #expect(try text(recording) { try $0.writeRows(rows) }.contains("does not say what was not traced"))
        }
        #expect(try text(recording) { try $0.writeOpenMetrics() }.contains("does not say what was not traced"))
        #expect(try text(recording) { try $0.writeTraceEvents() }.contains("does not say what was not traced"))
    }

    // MARK: OpenMetrics

    @Test func openMetricsAreReadByAStrictParser() throws {
        let recording = try ExportRecording(windows: 150, lost: 3)
        let parsed = try OpenMetricsText(
            text(recording, metrics: Metric.allCases) { try $0.writeOpenMetrics() })
        let run = try #require(parsed.families["mete_cpu_run_seconds"])
        #expect(run.type == "counter" && run.unit == "seconds")
        for (place, name) in ExportRecording.hostile.enumerated() {
            let series = try #require(run.series.first { $0.labels == ["component": name] }, "\(name)")
            #expect(series.points.count == recording.windows(of: place) + 1)
            let sum = Double(recording.windows(of: place) * (place + 1)) / 1000
            #expect(abs((series.points.last?.value ?? 0) - sum) < 1e-9)
        }
        #expect(run.series.count == ExportRecording.hostile.count, "the machine is their sum and no series of its own")
        let delay = try #require(parsed.families["mete_cpu_delay_p99_seconds"])
        #expect(delay.type == "gauge" && delay.series.count == ExportRecording.hostile.count)
        #expect(parsed.families["mete_disk_read_bytes"]?.unit == "bytes")
        #expect(parsed.families["mete_disk_reads"]?.type == "counter")
        let capacity = try #require(parsed.families["mete_machine_capacity_cores"]?.series.first)
        #expect(capacity.labels.isEmpty && capacity.points.allSatisfy { $0.value == 1.875 })
        let stalled = try #require(parsed.families["mete_cpu_stalled_some_seconds"])
        let ofMachine = try #require(stalled.series.first { $0.labels.isEmpty }, "the machine's is not the sum")
        #expect(abs((ofMachine.points.last?.value ?? 0) - Double(recording.count) * 0.002) < 1e-9)
        let caveats = try #require(parsed.families["mete_caveat"])
        #expect(caveats.series.contains { $0.labels["text"]?.hasPrefix("3 records") == true })
    }

    /// The detector: what the format forbids is refused.
    @Test(arguments: [
        "# TYPE a counter\na_total 1 1\n", "# TYPE a counter\na 1 1\n# EOF\n", "# TYPE a gauge\na 1 1\na 2 1\n# EOF\n",
        "# TYPE a counter\na_total 2 1\na_total 1 2\n# EOF\n", "# a comment\n# EOF\n",
        "# TYPE a gauge\na{x=\"1\"} 1 1\na{x=\"2\"} 1 1\na{x=\"1\"} 1 2\n# EOF\n",
        "# TYPE a gauge\na{x=\"\"\"} 1\n# EOF\n",
        "# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n", "# TYPE a gauge\na 1\n\n# EOF\n",
        "# TYPE a gauge\na{x=\"1\",} 1\n# EOF\n", "# TYPE a counter\na_created 1 1\n# EOF\n",
        "# TYPE a counter\na_total 1 2\na_created 3 2\n# EOF\n", "# TYPE a gauge\na 1 2\na_created 1 2\n# EOF\n",
        "# TYPE a counter\na_total 1 2\na_created 1 2\na_total 2 3\na_created 2 3\n# EOF\n",
    ]) func theParserIsStrict(text: String) {
        #expect(throws: OpenMetricsText.Malformed.self) { try OpenMetricsText(text) }
    }

    // MARK: Trace events

    @Test func aRecordingIsATraceOfCounters() throws {
        let recording = try ExportRecording(windows: 300, lost: 2)
        let text = try text(recording, metrics: TraceCounter.usual) { try $0.writeTraceEvents() }
        let trace = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let events = try #require(trace["traceEvents"] as? [[String: Any]])
        let names = events.filter { $0["name"] as? String == "process_name" }
            .compactMap { ($0["args"] as? [String: Any])?["name"] as? String }
        #expect(names == ["machine"] + ExportRecording.hostile.sorted().map { "component \($0)" })
        let counters = events.filter { $0["ph"] as? String == "C" && $0["name"] as? String == "cpu.run" }
        let web = try #require(
            events.first { ($0["args"] as? [String: Any])?["name"] as? String == "component plain" }?["pid"] as? Int)
        let own = counters.filter { $0["pid"] as? Int == web }
        let values = own.compactMap { ($0["args"] as? [String: Double])?["cores"] }
        #expect(values.count { $0 == 0.001 } == recording.windows(of: 0))
        #expect(values.count { $0 == 0 } == 4, "a 0 where it ceases to do anything, and at the end")
        let times = own.compactMap { $0["ts"] as? Double }
        #expect(times == times.sorted() && times.allSatisfy { $0 >= 0 && $0 <= 300e6 })
        let other = try #require(trace["otherData"] as? [String: Any])
        let caveats = try #require(other["caveats"] as? [String])
        #expect(caveats.contains { $0.hasPrefix("2 records") } && caveats.contains { $0.contains("no slices") })
        #expect(events.count { $0["ph"] as? String == "i" } == caveats.count + 1)
    }

    // MARK: Ranges

    /// A stretch ends where windows of every resolution do, so that cutting changes no sum.
    @Test(arguments: Tier.allCases) func cuttingIntoStretchesChangesNothing(tier: Tier) throws {
        let recording = try ExportRecording(windows: 1500, components: ["web"])
        let reader = try StoreReader(path: recording.path)
        let range = ExportRecording.begin + 130 * .perSecond...ExportRecording.begin + 1377 * .perSecond
        let whole = try reader.samples(of: ComponentID("web"), in: range, tier: tier)
        let rows = try parseCSV(
            text(recording, ["web"], metrics: [.runTime], tier: tier, part: range) {
                try $0.writeRows(CSVRows(metrics: [.runTime]))
            })
        let cut = rows.filter { $0[0] == "sample" }
        #expect(cut.map { $0[2] } == whole.map { "\($0.end)" })
        #expect(cut.map { $0[5] } == whole.map { "\($0[.runTime])" })
        let stretches = Array(Stretches(range, tier: tier, interval: .perSecond))
        #expect(stretches.first?.lowerBound == range.lowerBound && stretches.last?.upperBound == range.upperBound)
        #expect(zip(stretches, stretches.dropFirst()).allSatisfy { $0.upperBound + 1 == $1.lowerBound })
        #expect(stretches.dropLast().allSatisfy { ($0.upperBound + 1) % (600 * .perSecond) == 0 })
    }

    @Test func damageStandsInEveryFormat() throws {
        let recording = try ExportRecording(components: ["web"])
        try damage(recording.path)
        for write in [
            { try $0.writeRows(CSVRows(metrics: Self.metrics)) }, { try $0.writeRows(JSONRows(metrics: Self.metrics)) },
            { try $0.writeOpenMetrics() }, { try $0.writeTraceEvents() },
        ] as [(SeriesExport) throws -> Void] {
            let text = try text(recording, ["web"]) { try write($0) }
            #expect(text.contains("a block of web from"), "\(text.suffix(400))")
        }
    }

    /// Turns a byte over in one of the places that look like the head of packed samples: the first one after which the file can be read but
    /// for a block of the component.
    private func damage(_ path: String) throws {
        let whole = try [UInt8](Data(contentsOf: URL(filePath: path)))
        let heads = whole.indices.dropLast(64).filter {
            whole[$0] == 0x78 && [0x01, 0x5e, 0x9c, 0xda].contains(whole[$0 + 1])
        }
        for head in heads {
            var bytes = whole
            bytes[head + 40] ^= 0xff
            try Data(bytes).write(to: URL(filePath: path))
            guard let reader = try? StoreReader(path: path), let range = try? reader.range(),
                (try? reader.samples(of: nil, in: range)) != nil, reader.damage.isEmpty,
                (try? reader.samples(of: ComponentID("web"), in: range)) != nil, !reader.damage.isEmpty
            else { continue }
            return
        }
        Issue.record("no byte of \(heads.count) damages a block")
    }

    // MARK: Times and files

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000000Z"), (951_782_399_999_999_999, "2000-02-28T23:59:59.999999999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
            (1_800_000_000_000_000_001, "2027-01-15T08:00:00.000000001Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
        ] as [(Int64, String)]) func timesAreThoseOfTheCalendar(time: Int64, text: String)
    {
        #expect(CivilTime(nanosecondsSince1970: time).iso8601 == text)
    }

    @Test func aRecordingIsNotOverwrittenByItsExport() throws {
        let recording = try ExportRecording(windows: 5, components: ["web"])
        #expect(throws: ExportError.self) { try ExportFile(path: recording.path, source: recording.path) }
        #expect(try StoreReader(path: recording.path).components == [ComponentID("web")])
    }

    @Test func theOldFileStaysUntilTheNewOneIsWhole() throws {
        let folder = try TemporaryFolder(prefix: "mete-export")
        let path = try folder.write("old", to: "out")
        func unfinished() throws {
            let file = try ExportFile(path: path)
            try file.write(String(repeating: "new", count: 100_000))
            #expect(try folder.text("out") == "old")
        }
        try unfinished()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
        let file = try ExportFile(path: path)
        try file.write("new")
        try file.close()
        #expect(try folder.text("out") == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
    }

    @Test(arguments: ExportRecording.hostile) func everyNameIsOneFieldAndOneString(name: String) throws {
        #expect(try parseCSV("\(CSVField.quoted(name)),end\r\n") == [[name, "end"]])
        let json = try JSONSerialization.jsonObject(with: Data("[\(JSONString.quoted(name))]".utf8)) as? [String]
        #expect(json == [name])
    }

    // MARK: Losses

    @Test func lossesAreThoseOfThePart() throws {
        let recording = try ExportRecording(
            windows: 100, components: ["web"], sessions: [session(at: 0, untraced: []), session(at: 60, untraced: [])],
            lost: 7)
        let reader = try StoreReader(path: recording.path)
        func caveats(_ first: Int64, _ last: Int64) throws -> [String] {
            let part = ExportRecording.begin + first * .perSecond...ExportRecording.begin + last * .perSecond
            return try RecordingCaveats(reader, part).texts.filter { $0.contains("lost") }
        }
        #expect(try caveats(0, 100) == [RecordingCaveats.lost(14)], "the counter begins anew with a session")
        #expect(try caveats(0, 50) == [RecordingCaveats.lost(7)])
        #expect(try caveats(10, 50) == [], "they were lost before")
        #expect(try caveats(70, 100) == [])
        #expect(try caveats(50, 70) == [RecordingCaveats.lost(7)])
    }

    // MARK: Times

    @Test(
        arguments: [
            ("+8000000000", nil, 100...100), ("-8999999999", "8999999999", 0...100), ("-8999999999", "+5", 0...5),
            ("+95", "+8999999999", 95...100), ("8999999999", "8999999999", 100...100), ("-3", nil, 97...100),
        ] as [(String, String?, ClosedRange<Int64>)])
    func timesBeyondARecordingAreItsEnds(from: String, to: String?, seconds: ClosedRange<Int64>) throws {
        let recording = try ExportRecording(windows: 100, components: ["web"])
        let reader = try StoreReader(path: recording.path)
        let end = to.flatMap { TimeOption(argument: $0) }
        let part = try TimeOption.part(of: reader, from: TimeOption(argument: from), to: end)
        let (first, last) = (seconds.lowerBound * .perSecond, seconds.upperBound * .perSecond)
        #expect(part == ExportRecording.begin + first...ExportRecording.begin + last)
    }

    @Test func aFullDiskIsAnError() throws {
        let file = try ExportFile(path: "/dev/full")
        let error = #expect(throws: ExportError.self) {
            try file.write("something")
            try file.close()
        }
        #expect(error?.description.contains("/dev/full") == true && error?.remedy.contains("room") == true)
    }
}
