import MeteModel
import MeteStore
import MeteTestSupport
import Testing

@testable import MeteReport

struct ReportPageTests {
    private static let begin: Int64 = 1_800_000_000 * .perSecond

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-report")
    }

    /// - Parameter fill: what each component did in window number so and so; nil for nothing.
    private func reader(
        windows: Int, interval: Nanoseconds = .perSecond, components: [String], session: RecordedSession? = nil,
        skipping: Range<Int> = 0..<0, disturbances: [Disturbance]? = nil,
        fillMachine: (Int, inout RecordedSample) -> Void = { _, _ in }, fill: (Int, Int, inout RecordedSample) -> Void
    ) throws -> StoreReader {
        var settings = StoreWriter.Settings(interval: interval)
        // Time is not real here, so one commit will do.
        settings.batch = 1000 * interval
        let writer = try StoreWriter(path: folder.file("r"), settings: settings, version: "test")
        if let session { try writer.begin(session) }
        for index in 0..<windows where !skipping.contains(index) {
            let end = Self.begin + Int64(index + 1) * interval
            var machine = RecordedSample(end: end, length: interval)
            machine[.capacity] = 2000
            machine[.cpus] = 2
            fillMachine(index, &machine)
            let samples = components.enumerated().compactMap { place, name -> (ComponentID, RecordedSample)? in
                var sample = RecordedSample(end: end, length: interval)
                fill(index, place, &sample)
                return sample.isIdle ? nil : (ComponentID(name), sample)
            }
            var detail = disturbances.map { _ in RecordedDetail() }
            if index == 0, let disturbances { detail?.disturbances = disturbances }
            try writer.append(RecordedWindow(machine: machine, components: samples, detail: detail))
        }
        try writer.close()
        return try StoreReader(path: folder.file("r"))
    }

    private func data(_ reader: StoreReader) throws -> ReportData {
        try ReportData(reader, try #require(try reader.range()))
    }

    private func page(_ data: ReportData, name: String = "r") -> String {
        ReportPage(data, name: name, version: "test").html
    }

    /// Means of amounts, the highest of levels, and nothing where nothing was recorded.
    @Test func binsHoldWhatWasRecorded() throws {
        let reader = try reader(windows: 2400, components: ["web", "idle"], skipping: 1200..<1300) {
            index, place, sample in
            guard place == 0 || index == 5 else { return }
            sample[.runTime] = 250_000_000
            sample[.runQueueDelay] = 250_000_000
            sample[.resident] = Int64(index)
            if index == 42 { sample[.delayP99] = LatencyHistogram.upperBound(of: 30) }
        }
        let data = try data(reader)
        #expect(data.bins.count == 240)
        let web = try #require(data.components.first { $0.name == "web" })
        let used = try #require(web.series[.used])
        #expect(used[119] == 0.25 && web.series[.demand]?[119] == 0.5)
        #expect(used[122] == nil && used[131] == 0.25)
        #expect(web.series[.resident]?[0] == 9)
        let delays = try #require(web.series[.delayP99])
        #expect(delays[4] == Double(LatencyHistogram.upperBound(of: 30)) && delays[5] == nil)
        let seconds = used.reduce(0.0) { $0 + ($1 ?? 0) * 10 }
        let total = Double(web.total[.runTime]) / 1e9
        #expect(abs(seconds - total) < 1e-6 * total)
        let idle = try #require(data.components.first { $0.name == "idle" })
        #expect(idle.series[.used]?[100] == 0, "it was looked at, and did nothing")
        #expect(page(data).contains("nothing was recorded for 1 min 40 s"))
    }

    @Test func aRecordingOfAMomentIsAPageToo() throws {
        let text = page(
            try data(try reader(windows: 1, components: ["web"]) { _, _, sample in sample[.runTime] = 5_000_000 }))
        #expect(text.contains("<svg") && text.contains("web"))
    }

    @Test func theSixLargestHaveAColour() throws {
        let names = (0..<30).map { "c\($0)" }
        let data = try data(
            try reader(windows: 10, components: names) { _, place, sample in
                sample[.runTime] = Int64(place + 1) * 1_000_000
            })
        let palette = Palette(data.components)
        #expect(palette.featured == ["c29", "c28", "c27", "c26", "c25", "c24"])
        #expect(palette.others == 24 && page(data).contains("24 others"))
    }

    // MARK: What a browser gets

    @Test func thePageNeedsNothingElse() throws {
        let text = page(
            try data(try reader(windows: 30, components: ["web"]) { _, _, sample in sample[.runTime] = 5_000_000 }))
        #expect(text.contains("default-src 'none'"))
        for word in ["http:", "https:", "<script", "<link", "<img", "@import", "url(", " on"] where word != " on" {
            #expect(!text.contains(word), "\(word)")
        }
        #expect(text.matches(of: /[ ]on[a-z]+=/).isEmpty)
        // Every name that something refers to is there, once.
        let ids = text.matches(of: /[ ]id="([^"]+)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
        for match in text.matches(of: /aria-labelledby="([^"]+)"/) {
            for id in match.1.split(separator: " ") { #expect(ids.contains(String(id)), "\(id)") }
        }
    }

    private static let hostile = ["<script>alert(1)</script>", "\"'><svg onload=x>", "two\nlines & more", "]]><!--"]

    @Test func hostileNamesStayText() throws {
        let data = try data(
            try reader(
                windows: 30, components: Self.hostile,
                disturbances: Self.hostile.map {
                    Disturbance(waiter: ComponentID($0), runner: .component(ComponentID("x" + $0)), time: 1_000_000)
                }
            ) { _, place, sample in
                sample[.runTime] = 5_000_000
                sample[.readBytes] = 4096
                sample[.sentBytes] = 4096
                sample[.resident] = 4096
                sample[.proportional] = 2048
                sample[.cpuStalledSome] = 1_000_000
                sample[.delayP99] = LatencyHistogram.upperBound(of: 20)
                sample[.readP99] = LatencyHistogram.upperBound(of: 20)
            })
        let text = page(data, name: Self.hostile[0])
        #expect(!text.contains("<script") && !text.contains("<svg on") && !text.contains("<!--"))
        // As XML, too: then every tag is closed, and no name has made one.
        let body = try #require(text.firstRange(of: "<main>")).lowerBound
        let end = try #require(text.firstRange(of: "</main>")).upperBound
        let all = try MarkupText(String(text[body..<end])).root.all
        let headings = all.filter { $0.name == "th" && $0.attributes["scope"] == "row" }.map(\.text)
        for name in Self.hostile {
            #expect(headings.contains { $0.contains(name.replacing("\n", with: " ")) }, "\(name)")
        }
        #expect(all.first { $0.name == "h1" }?.text == Self.hostile[0])
    }

    @Test func whatWasNotTracedIsSaid() throws {
        let session = RecordedSession(
            start: 0, version: "test", untraced: ["disk.read-bytes", "disk.write-bytes"],
            caveats: ["a probe is missing"])
        let text = page(
            try data(
                try reader(windows: 30, components: ["web"], session: session) { _, _, sample in
                    sample[.runTime] = 1_000
                }))
        #expect(text.contains("Read was not traced.") && text.contains("Sent has nothing in this time."))
        #expect(text.contains("not traced, and absent here: disk.read-bytes, disk.write-bytes"))
        #expect(text.contains("a probe is missing"))
        #expect(text.contains("does not say who ran while others waited"))
    }

    /// Shares of the time, of the machine and of components, which do not add up to it.
    @Test func stallsAreSharesOfTheTime() throws {
        let data = try data(
            try reader(
                windows: 480, components: ["web", "quiet"],
                fillMachine: { index, machine in
                    machine[.cpuStalledSome] = 500_000_000
                    if index == 7 { machine[.diskStalledSome] = 900_000_000 }
                }
            ) { _, place, sample in
                sample[.runTime] = 1_000_000
                if place == 0 { sample[.cpuStalledSome] = 250_000_000 }
            })
        #expect(data.bins.count == 240)
        #expect(data.components.last?.series[.cpuStalled]?[100] == 0.25 && data.stalls[.cpuStalled]?[100] == 0.5)
        #expect(data.stalls[.diskStalled]?[3] == 0.45 && data.stalls[.diskStalled]?[4] == 0)
        let text = page(data)
        #expect(text.contains("Stalled for a CPU, %") && text.contains("Stalled for a disk, %"))
        #expect(text.contains("machine: 50.0 %\nweb: 25.0 %"), "what is below the pointer")
        #expect(text.contains("45.0 %, of machine"))
        let whole = try #require(text.firstRange(of: "<h2>Stalls</h2>")).upperBound
        let end = try #require(text[whole...].firstRange(of: "</section>")).lowerBound
        #expect(!text[whole..<end].contains("quiet"), "what may have no group of its own has no line of zeroes")
        #expect(text.contains("Stalled for memory has nothing in this time."))
    }

    @Test func memoryHasItsProportionalPart() throws {
        let data = try data(
            try reader(windows: 30, components: ["web", "db"]) { index, place, sample in
                sample[.resident] = 64 << 20
                sample[.proportional] = Int64(place == 0 ? 48 : 16) << 20
                if index == 9 { sample[.writeP99] = LatencyHistogram.upperBound(of: 30) }
            })
        let web = try #require(data.components.first { $0.name == "web" })
        #expect(web.series[.proportional]?[5] == Double(48 << 20) && web.series[.readP99]?[9] == nil)
        #expect(web.series[.writeP99]?[9] == Double(LatencyHistogram.upperBound(of: 30)))
        let text = page(data)
        #expect(text.contains("Proportional (PSS), MiB") && text.contains("99th percentile of writes, logarithmic"))
        #expect(text.contains("99th percentile of reads has nothing in this time."))
    }

    @Test func whatTheKernelDoesNotSayIsNoChart() throws {
        let untraced: [Metric] = [.proportional, .readP99, .cpuStalledSome, .diskStalledSome]
        let session = RecordedSession(start: 0, version: "test", untraced: untraced.map(\.name), caveats: [])
        let text = page(
            try data(
                try reader(windows: 30, components: ["web"], session: session) { _, _, sample in
                    sample[.runTime] = 1_000
                }))
        for title in ["Proportional (PSS)", "99th percentile of reads", "Stalled for a CPU", "Stalled for a disk"] {
            #expect(text.contains("\(title) was not traced."), "\(title)")
        }
        #expect(text.contains("Stalled for memory has nothing in this time."))
    }

    @Test func whoDisturbedWhomIsSorted() throws {
        let web = ComponentID("web")
        let data = try data(
            try reader(
                windows: 30, components: ["web"],
                disturbances: [
                    Disturbance(waiter: web, runner: .realTime, time: 1_000_000),
                    Disturbance(waiter: web, runner: .component(ComponentID("batch")), time: 4_000_000_000),
                    Disturbance(waiter: web, runner: .component(web), time: 2_000_000_000),
                ]
            ) { _, _, sample in sample[.runTime] = 1_000 })
        let text = page(data)
        let places = ["batch</td>", "itself</td>", "real-time threads</td>"].compactMap {
            text.firstRange(of: $0)?.lowerBound
        }
        #expect(places.count == 3 && places == places.sorted())
        #expect(text.contains("4.00 s") && text.contains("width:50.0%"))
    }

    @Test func nobodyWaitedIsSaid() throws {
        let reader = try reader(windows: 5, components: ["web"], disturbances: []) { _, _, sample in
            sample[.runTime] = 1_000
        }
        #expect(page(try data(reader)).contains("Nobody waited"))
    }

    @Test func callsAreNoComponents() throws {
        let reader = try reader(windows: 5, components: ["web", "web/libz:deflate"]) { _, place, sample in
            if place == 0 { sample[.runTime] = 1_000_000 } else { sample[.calls] = 7 }
        }
        let data = try data(reader)
        #expect(data.components.map(\.name) == ["web"])
        #expect(data.calls.map(\.component) == ["web"] && data.calls.first?.function == "libz:deflate")
        #expect(data.calls.first?.total[.calls] == 35)
        let text = page(data)
        #expect(text.contains("1 component ") && text.contains("<td>libz:deflate</td><td>35</td>"))
    }

    /// A week of fifty components at a window a minute, with something everywhere.
    @Test func aWeekIsASmallPage() throws {
        let names = (0..<50).map { "component-with-quite-a-long-name-\($0).service" }
        let reader = try reader(windows: 7 * 1440, interval: 60 * .perSecond, components: names) {
            index, place, sample in
            let wave = Int64((index * (place + 3)) % 997)
            sample[.runTime] = wave * 10_000_000
            sample[.runQueueDelay] = wave * 1_000_000
            sample[.readBytes] = wave << 16
            sample[.writeBytes] = wave << 14
            sample[.sentBytes] = wave << 12
            sample[.receivedBytes] = wave << 15
            sample[.resident] = wave << 20
            sample[.proportional] = wave << 19
            sample[.readP99] = LatencyHistogram.upperBound(of: Int(wave % 50))
            sample[.writeP99] = LatencyHistogram.upperBound(of: Int(wave % 70))
            for metric in [Metric.cpuStalledSome, .memoryStalledSome, .diskStalledSome] {
                sample[metric] = wave * 10_000_000
            }
            sample[.delayP50] = LatencyHistogram.upperBound(of: Int(wave % 40))
            sample[.delayP99] = LatencyHistogram.upperBound(of: Int(wave % 60))
        }
        let text = page(try data(reader))
        #expect(text.utf8.count < 2_000_000, "\(text.utf8.count)")
        #expect(text.contains("7 d") && text.matches(of: /<svg/).count == 15)
    }
}
