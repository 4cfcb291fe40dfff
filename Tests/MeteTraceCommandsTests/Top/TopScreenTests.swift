import MeteModel
import MeteTrace
import SeededRandom
import Testing

@testable import MeteTraceCommands

/// Whole screens as text.
struct TopScreenTests {
    private func expect(_ screen: TopScreen, _ text: String, location: SourceLocation = #_sourceLocation) {
        // Line by line, so that a difference is seen where it is.
        let (found, wanted) = (screen.text.split("\n"), text.split("\n"))
        for (found, wanted) in zip(found, wanted) { #expect(found == wanted, sourceLocation: location) }
        #expect(found.count == wanted.count, sourceLocation: location)
    }

    @Test func theTreeOnASmallTerminal() {
        expect(
            TopFixture.screen(80, 24, [.down, .down, .right]),
            """
            2 cores, 1.90 used, 0.50 waited, 0.25 steal, 0.13 irq, 11 threads  08:00:00 live
            1 CPU  2 disk  3 network  4 memory  5 delays  6 calls                by DEMAND ▼
            Nothing lost.
            COMPONENT                       USED ▼DEMAND  WAITED    P99  THREADS  HISTORY
            ▸ batch                        1.600   1.700   0.100               2   █████████
            ▾ web                          0.300   0.700   0.400  8.2ms        8   ▄▅▅▆▆▇▇█▅
              ▸ nginx 200                  0.250   0.610   0.360               2
                php 300                    0.050   0.090   0.040               1
            One more component has nothing here.














            q quit  h help  ⏎ open  Tab page  s sort  / filter  t tree  z pause  [ ] time
            """)
    }

    @Test func theLeastThatSaysSomething() {
        expect(
            TopFixture.screen(40, 10),
            """
            2 cores, 1.90 used         08:00:00 live
            1 CPU 2 disk 3 network 4 memory 5 delays
            Nothing lost.
            COMPONENT           USED ▼DEMAND  WAITED
            ▸ batch            1.600   1.700   0.100
            ▸ web              0.300   0.700   0.400
            One more component has nothing here.


            q quit  h help  ⏎ open  Tab page  s sort
            """)
    }

    @Test func everythingOpenOnALargeTerminal() {
        let text =
            """
            2 cores, 1.90 used, 0.50 waited, 0.25 steal, 0.13 irq, 11 threads ▇▇███████ 08:00:00 UTC live
            1 CPU 2 disk 3 network 4 memory 5 delays 6 calls by DEMAND ▼
            Nothing lost.
            COMPONENT / PROCESS / THREAD USED ▼DEMAND WAITED P50 P99 P99.9 VOLUNT/S INVOL/S MIGR/S THREADS PROCS HISTORY
            ▾ batch 1.600 1.700 0.100 0 250 0 2 1 █████████
            ▾ stress 400 1.600 1.700 0.100 0 0 0 2
            stress 400 0.900 0.940 0.040 0 0 0
            stress 401 0.700 0.760 0.060 0 0 0
            ▾ web 0.300 0.700 0.400 640ns 8.2ms 21ms 900 30 4 8 2 ▄▅▅▆▆▇▇█▅
            ▾ nginx 200 0.250 0.610 0.360 0 0 0 2
            worker 201 0.200 0.500 0.300 0 0 0
            nginx 200 0.050 0.110 0.060 0 0 0
            php 300 0.050 0.090 0.040 0 0 0 1
            One more component has nothing here.
            """
        let screen = TopFixture.screen(200, 60, TopFixture.keys("*"))
        let table = screen.lines[..<14].map(\.text).joined(separator: "\n")
        #expect(table.split("\n").map { $0.squeezed } == text.split("\n").map { $0.squeezed })
        #expect(
            screen.lines.count == 60 && screen.lines[0].width == 200
                && screen.lines[14..<59].allSatisfy { $0.text.isEmpty })
        #expect(screen.lines[59].text.hasPrefix("q quit"))
    }

    @Test func disksWithTheirDevices() {
        expect(
            TopFixture.screen(100, 14, TopFixture.keys("2*")),
            """
            2 cores, 1.90 used, 0.50 waited, 0.25 steal, 0.13 irq, 11 threads        ▇▇███████ 08:00:00 UTC live
            1 CPU  2 disk  3 network  4 memory  5 delays  6 calls                                    by REQS/S ▼
            Nothing lost.
            COMPONENT                      ▼REQS/S   READ/S  BYTES/S    P99  WRITE/S  BYTES/S    P99  HISTORY
            ▾ web                              420      400     1.6M  164us       20      80K  1.3ms   █████████
                vdx                            420      400     1.6M              20      80K
              ▾ nginx 200                      420      400     1.6M              20      80K
                  worker 201                   420      400     1.6M              20      80K
            2 more components have nothing here.




            q quit  h help  ⏎ open  Tab page  s sort  / filter  t tree  z pause  [ ] time  d details  r reverse
            """)
    }

    @Test func theNetworkWithItsKindsOfSockets() {
        expect(
            TopFixture.screen(100, 14, TopFixture.keys("3*")),
            """
            2 cores, 1.90 used, 0.50 waited, 0.25 steal, 0.13 irq, 11 threads        ▇▇███████ 08:00:00 UTC live
            1 CPU  2 disk  3 network  4 memory  5 delays  6 calls                                   by BYTES/S ▼
            Nothing lost.
            COMPONENT                 ▼BYTES/S   SENT/S  PACKETS/S  RECEIVED/S  PACKETS/S  RETRANS/S  HISTORY
            ▾ web                          73K      68K         60        4.9K          9          2   █████████
                TCP, IPv4                  73K      68K         60        4.9K          9
              ▾ nginx 200                  73K      68K         60        4.9K          9
                  nginx 200                73K      68K         60        4.9K          9
            2 more components have nothing here.




            q quit  h help  ⏎ open  Tab page  s sort  / filter  t tree  z pause  [ ] time  d details  r reverse
            """)
    }

    @Test func memory() {
        expect(
            TopFixture.screen(100, 14, TopFixture.keys("4*")),
            """
            2 cores, 1.90 used, 0.50 waited, 0.25 steal, 0.13 irq, 11 threads        ▇▇███████ 08:00:00 UTC live
            1 CPU  2 disk  3 network  4 memory  5 delays  6 calls                                  by RESIDENT ▼
            Nothing lost.
            COMPONENT                   ▼RESIDENT  ANONYMOUS  MINOR FAULTS/S  MAJOR FAULTS/S   PROCS  HISTORY
            ▾ batch                          9.0G       9.0G               0               0       1   █████████
            ▾ web                             80M        50M              12               3       2   █████████
            One more component has nothing here.






            q quit  h help  ⏎ open  Tab page  s sort  / filter  t tree  z pause  [ ] time  d details  r reverse
            """)
    }

    /// Also of a process whose threads did nothing; a thread has none of its own.
    @Test func memoryOfProcesses() {
        var view = TopFixture.view()
        func process(_ pid: Int32, _ name: String, resident: UInt64) -> ProcessMemory {
            ProcessMemory(
                pid: pid, name: name, component: TopFixture.web,
                memory: MemoryUsage(resident: resident << 20, anonymous: 10 << 20))
        }
        view.detail?.memory[TopFixture.web] = [
            process(500, "cache", resident: 50), process(200, "nginx", resident: 30),
        ]
        let moment = TopFixture.moment(view)
        func rows(_ keys: String) -> [String] {
            TopFixture.screen(100, 14, TopFixture.keys(keys), moment).lines.map(\.text).filter { $0.contains("M  ") }
        }
        #expect(
            rows("4*") == [
                "▾ web                             80M        50M              12               3       2   █████████",
                "    cache 500                     50M        10M               0               0",
                "  ▾ nginx 200                     30M        10M               0               0",
            ])
        #expect(
            rows("4t").map { $0.split(separator: " ").filter { $0 != "▸" }.prefix(3).joined(separator: " ") }
                == ["cache 500 50M", "nginx 200 30M"])
        #expect(rows("4/cache").count == 2)
    }

    @Test func delaysWithWhoRanMeanwhile() {
        expect(
            TopFixture.screen(100, 14, TopFixture.keys("5*")),
            """
            2 cores, 1.90 used, 0.50 waited, 0.25 steal, 0.13 irq, 11 threads        ▇▇███████ 08:00:00 UTC live
            1 CPU  2 disk  3 network  4 memory  5 delays  6 calls                                    by WAITED ▼
            Nothing lost.
            COMPONENT                ▼WAITED    P99  P99.9  ITSELF  OTHERS  THROTTLED  IN ITS WAY
            ▾ web                      0.400  8.2ms   21ms   0.040   0.350      0.000  batch 0.350, itself 0.040
                behind batch           0.350
                behind itself          0.040
                behind real-time thr   0.010
              ▾ nginx 200              0.360
                  worker 201           0.300
                  nginx 200            0.060
                php 300                0.040
            ▾ batch                    0.100                                    0.000
            q quit  h help  ⏎ open  Tab page  s sort  / filter  t tree  z pause  [ ] time  d details  r reverse
            """)
    }

    @Test func callsWithTheirFunctions() {
        var view = TopFixture.view()
        let (start, end) = (view.samples[0].start, view.samples[0].end)
        view.calls = [
            CallSample(
                component: TopFixture.web, function: "libz:deflate", start: start, end: end,
                usage: CallUsage(calls: 50, time: 250_000_000), durations: LatencySummary(p50: 5_242_880)),
            CallSample(
                component: TopFixture.web, function: "libssl:SSL_write", start: start, end: end,
                usage: CallUsage(calls: 1200, left: 2, time: 750_000_000),
                durations: LatencySummary(p50: 163_840, p99: 1_310_720)),
        ]
        let moment = TopFixture.moment(view)
        expect(
            TopFixture.screen(100, 9, TopFixture.keys("6*t"), moment),
            """
            2 cores, 1.90 used, 0.50 waited, 0.25 steal, 0.13 irq, 11 threads        ▇▇███████ 08:00:00 UTC live
            1 CPU  2 disk  3 network  4 memory  5 delays  6 calls                                    by INSIDE ▼
            Nothing lost.
            COMPONENT / PROCESS / THREAD               CALLS/S ▼INSIDE   MEAN    P50    P99   LEFT/S  HISTORY
            ▾ web                                         1250   1.000  800us                      2   ▁▁▁▁▁▁▁▁█
                libssl:SSL_write                          1200   0.750  625us  164us  1.3ms        2
                libz:deflate                                50   0.250  5.0ms  5.2ms               0
            2 more components have nothing here.
            q quit  h help  ⏎ open  Tab page  s sort  / filter  t tree  z pause  [ ] time  d details  r reverse
            """)
        let found = TopFixture.screen(100, 9, TopFixture.keys("6/deflate"), moment)
        #expect(found.text.contains("▾ web") && found.text.contains("libz:deflate"))
        #expect(!found.text.contains("SSL_write") && !found.text.contains("nginx"))
        #expect(TopFixture.screen(80, 9, TopFixture.keys("6")).text.contains("--calls names the functions"))
    }

    @Test func aPartlyWalkedAmountIsMarkedAndStallsAreShares() {
        var view = TopFixture.view()
        view.samples[2].memory.walked = 40 << 20
        view.samples[2].memory.proportional = 30 << 20
        view.samples[2].stalls = Stalls(memory: Stalls.Pressure(some: 125_000_000, full: 0))
        let memory = TopFixture.screen(200, 9, TopFixture.keys("4"), TopFixture.moment(view)).text
        #expect(memory.contains("PSS") && memory.contains("REFERENCED") && memory.contains("30M+"))
        let delays = TopFixture.screen(200, 9, TopFixture.keys("5"), TopFixture.moment(view)).text
        #expect(delays.contains("MEM STALL") && delays.contains("12.5%"))
    }

    @Test(arguments: [
        (1.5, "1.500"), (99.9994, "99.999"), (99.9995, "100.00"), (128, "128.00"), (1000, "1000.0"),
        (123_456, "123456"),
    ]) func manyCoresLoseDecimalsAndNotTheirMeaning(value: Double, text: String) {
        #expect(TopColumn.used.text(of: value) == text && text.count <= TopColumn.used.width)
    }

    @Test func ratesBecomeMillions() {
        #expect(TopColumn.calls.text(of: 9_999_999) == "9999999")
        #expect(TopColumn.calls.text(of: 12_345_678) == "12M")
    }

    @Test func whatIsTooLongForTheScreenIsScrolled() {
        let top = TopFixture.screen(80, 12, TopFixture.keys("h"))
        #expect(top.text.contains("choose a row") && !top.text.contains("this help; quit"))
        #expect(top.lines[11].text.contains("scroll"))
        let end = TopFixture.screen(80, 12, TopFixture.keys("h") + Array(repeating: .pageDown, count: 9))
        #expect(end.lines[10].text.contains("own highest") || end.lines[10].text.contains("out of sight"))
        #expect(!end.text.contains("choose a row"))
        #expect(!TopFixture.screen(80, 40, TopFixture.keys("h")).lines[39].text.contains("scroll"))
        var state = TopFixture.state(TopFixture.keys("h"))
        #expect(state.apply(.down, in: nil) == nil && state.overlay == .help && state.overlayTop == 1)
        state.settleOverlay(top: 0)
        #expect(state.apply(.up, in: nil) == nil && state.overlay == .help && state.overlayTop == 0)
    }

    @Test func aThreadIsFoundByItsId() {
        let screen = TopFixture.screen(80, 12, TopFixture.keys("/201"))
        #expect(screen.text.contains("nginx 200") && !screen.text.contains("batch"))
    }

    @Test func threadsWithoutTheTree() {
        expect(
            TopFixture.screen(80, 12, TopFixture.keys("tt")),
            """
            2 cores, 1.90 used, 0.50 waited, 0.25 steal, 0.13 irq, 11 threads  08:00:00 live
            1 CPU  2 disk  3 network  4 memory  5 delays  6 calls       by DEMAND ▼, threads
            Nothing lost.
            THREAD                       USED ▼DEMAND  WAITED  VOLUNT/S  INVOL/S  COMPONENT
            stress 400                  0.900   0.940   0.040         0        0  batch
            stress 401                  0.700   0.760   0.060         0        0  batch
            worker 201                  0.200   0.500   0.300         0        0  web
            nginx 200                   0.050   0.110   0.060         0        0  web
            php 300                     0.050   0.090   0.040         0        0  web


            q quit  h help  ⏎ open  Tab page  s sort  / filter  t tree  z pause  [ ] time
            """)
    }

    @Test func aFilterThatIsBeingTyped() {
        expect(
            TopFixture.screen(80, 12, TopFixture.keys("/wor")),
            """
            2 cores, 1.90 used, 0.50 waited, 0.25 steal, 0.13 irq, 11 threads  08:00:00 live
            1 CPU  2 disk  3 network  4 memory  5 delays  6 calls    by DEMAND ▼, filter wor
            Nothing lost.
            COMPONENT                       USED ▼DEMAND  WAITED    P99  THREADS  HISTORY
            ▾ web                          0.300   0.700   0.400  8.2ms        8   ▄▅▅▆▆▇▇█▅
              ▸ nginx 200                  0.250   0.610   0.360               2





            /wor_   Enter keeps it, Esc does not
            """)
    }

    @Test func ASCIIAlone() {
        expect(
            TopFixture.screen(60, 10, [], TopFixture.moment(), .ascii),
            """
            2 cores, 1.90 used, 0.25 steal, 0.13 irq       08:00:00 live
            1 CPU 2 disk 3 network 4 memory 5 delays 6 calls by DEMAND v
            Nothing lost.
            COMPONENT                        USED vDEMAND  WAITED    P99
            + batch                         1.600   1.700   0.100
            + web                           0.300   0.700   0.400  8.2ms
            One more component has nothing here.


            q quit  h help  Enter open  Tab page  s sort  / filter
            """)
    }

    @Test func beforeTheFirstWindow() {
        let screen = TopScreen(TopState(), nil, TopMoment(), TopScreen.Size(columns: 60, rows: 6), .unicode)
        expect(
            screen,
            """
            measuring the first window                              live
            1 CPU 2 disk 3 network 4 memory 5 delays 6 calls by DEMAND ▼



            q quit  h help  ⏎ open  Tab page  s sort  / filter  t tree
            """)
    }

    @Test func whatIsNotSeenStandsInEveryView() {
        let notes = ["Retransmits are not seen.", "Waits are timed by mete."]
        let moment = TopFixture.moment(notes: notes)
        for page in 1...6 {
            let screen = TopFixture.screen(80, 24, TopFixture.keys("\(page)"), moment)
            #expect(screen.lines[2].text == "Nothing lost. Retransmits are not seen. Waits are timed by mete.")
        }
        #expect(TopFixture.screen(40, 10, [], moment).lines[2].text == "Nothing lost. 2 limits: see h.")
        let help = TopFixture.screen(80, 24, TopFixture.keys("h"), moment).text
        #expect(notes.allSatisfy { help.contains($0) } && help.contains("pause and go on"))
    }

    @Test func lossesAreSaidByKind() {
        var view = TopFixture.view()
        var losses = TraceLosses()
        losses.usageRecords = 3
        losses.uncountedRequests = 2
        view.losses = .each(losses)
        let line = TopFixture.screen(80, 24, [], TopFixture.moment(view)).lines[2]
        #expect(line == ScreenLine("Lost so far: 2 disk requests, 3 usage records (came later).", .alarm))
        #expect(
            LossWords.lines(view.losses) == [
                "Disk requests counted nowhere: 2.", "Usage records without room, which came later: 3.",
                "A larger --ring-bytes has room for more records.",
            ])
        losses = TraceLosses()
        losses.unattributedThreads = 4
        view.losses = .each(losses)
        #expect(LossWords.lines(view.losses)[0].hasSuffix("counted to rest: 4."))
        view.limits = ["Retransmits: no hook."]
        let table = TraceTable(view, mostThreads: 0).text
        #expect(table.hasSuffix("\nNot seen here, or not in full: Retransmits: no hook.\n"))
        #expect(TraceLine(view, mostThreads: 0).text.contains("\"limits\":[\"Retransmits: no hook.\"]"))
        #expect(!TraceLine(TopFixture.view(), mostThreads: 0).text.contains("limits"))
        view.losses = .sum(7)
        #expect(
            TopFixture.screen(80, 24, [], TopFixture.moment(view)).lines[2].text.contains("not attributed so far: 7"))
    }

    @Test func whatIsNotTracedIsNotShownAsNothing() {
        var view = TopFixture.view()
        view.resources = []
        for page in "234" {
            let screen = TopFixture.screen(80, 24, [.character(page)], TopFixture.moment(view))
            #expect(screen.text.contains("--only leaves it out") && !screen.text.contains("COMPONENT"))
        }
        #expect(TopFixture.screen(80, 24, [], TopFixture.moment(view)).text.contains("batch"))
    }

    @Test func onlyWhatHurtsIsColoured() {
        let lines = TopFixture.screen(120, 24).lines
        let web = lines.first { $0.text.contains("web") }
        // 0.4 of the 0.7 cores that it wants are waited for; a P99 of 8.2 ms.
        #expect(web?.spans.filter { $0.style == .alarm }.map { $0.text.squeezed } == ["0.400"])
        #expect(web?.spans.filter { $0.style == .warning }.map { $0.text.squeezed } == ["8.2ms"])
        let batch = lines.first { $0.text.contains("batch") }
        #expect(batch?.spans.contains { $0.style == .alarm || $0.style == .warning } == false)
    }

    @Test func theSelectedRowIsMarkedFromEdgeToEdge() {
        let screen = TopFixture.screen(80, 24, [.down, .down])
        #expect(screen.lines[5].spans.map(\.style) == [.selected] && screen.lines[5].width == 80)
        #expect(!TopFixture.screen(80, 24).lines.dropFirst(3).contains { $0.spans.contains { $0.style == .selected } })
    }

    @Test func detailsOfAProcessAreWhatIsKnownOfIt() {
        let rows = TopRows(TopFixture.view(), TopState().request)
        let description = ProcessDescription(
            pid: 200, start: 1, component: TopFixture.web, parent: 1, name: "nginx", executable: "/usr/sbin/nginx",
            commandLine: "nginx -g 'daemon off;'", user: 33, cgroup: "/system.slice/nginx.service",
            unit: "nginx.service", libraries: ["/lib/libssl.so.3"])
        let facts = TopDetails.facts(.process(TopFixture.web, pid: 200), in: rows, description)
        for (name, value) in [
            ("process", "200"), ("component", "web"), ("program", "/usr/sbin/nginx"), ("user", "33"),
            ("command line", "nginx -g 'daemon off;'"), ("unit", "nginx.service"), ("libraries", "/lib/libssl.so.3"),
        ] {
            #expect(facts.contains(TopDetails.Fact(name: name, value: value)), "\(name)")
        }
        #expect(!facts.contains { $0.name == "container" })
        #expect(facts.contains { $0.value == "nothing of it is seen" }, "it is not among these rows")
    }

    // MARK: Any size, any names

    @Test(arguments: 0..<200 as Range<UInt64>) func everyScreenFits(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var view = TopFixture.view()
        let name = Self.name(&random)
        view.samples[2].component = ComponentID(name)
        view.latencies[ComponentID(name)] = view.latencies.removeValue(forKey: TopFixture.web)
        for key in [TopFixture.web, TopFixture.batch] {
            var threads = view.detail?.threads.removeValue(forKey: key) ?? []
            for index in threads.indices { threads[index].name = Self.name(&random) }
            view.detail?.threads[key == TopFixture.web ? ComponentID(name) : key] = threads
        }
        let size = TopScreen.Size(
            columns: Int.random(in: 1...220, using: &random), rows: Int.random(in: 1...60, using: &random))
        let letters = Array("123456srtjkh/zd*gG[]{}q ab.+(")
        let others: [Key] = [.enter, .escape, .left, .right, .up, .down, .pageUp, .pageDown, .home, .end, .backspace]
        let keys = (0..<Int.random(in: 0...12, using: &random)).map { _ -> Key in
            Bool.random(using: &random) ? .character(random.pick(letters)) : random.pick(others)
        }
        let screen = TopFixture.screen(size.columns, size.rows, keys, TopFixture.moment(view))
        #expect(screen.lines.count == size.rows)
        for line in screen.lines {
            #expect(line.width <= size.columns)
            #expect(line.width == line.spans.reduce(0) { $0 + CellText.width($1.text) })
            for span in line.spans { #expect(CellText.printable(span.text) == span.text) }
        }
    }

    private static func name(_ random: inout SplitMix64) -> String {
        let parts = [
            "nginx", "字", "\u{1B}[2J", "\n", "\u{7}", "e\u{301}", "\u{202E}", "🙂", " ", "a-very-long-name-of-something",
        ]
        return (0..<Int.random(in: 0...6, using: &random)).map { _ in random.pick(parts) }.joined()
    }

    @Test func columnsAlwaysFit() {
        for page in TopPage.allCases {
            for layout in TopState.Layout.allCases {
                for sort in page.columns + [.name] {
                    guard sort.fits(layout) else { continue }
                    var request = TopRows.Request()
                    (request.page, request.layout, request.sort) = (page, layout, sort)
                    for width in 30...250 {
                        let found = TopLayout(request, width: width)
                        let sum = found.columns.reduce(found.nameWidth) { $0 + $1.width + TopLayout.gap }
                        let last = found.last.width > 0 ? found.last.width + TopLayout.gap : 0
                        #expect(sum + last == width, "\(page) \(layout) \(sort) \(width)")
                        #expect(found.nameWidth >= 14)
                        if width >= 40, sort != .name { #expect(found.columns.contains(sort)) }
                    }
                }
            }
        }
    }
}

extension String {
    /// Its lines, empty ones too.
    fileprivate func split(_ separator: Character) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }

    /// With single spaces.
    fileprivate var squeezed: String { split(separator: " ").joined(separator: " ") }
}
