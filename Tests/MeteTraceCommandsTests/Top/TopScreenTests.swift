import MeteModel
import MeteTrace
import Testing

@testable import MeteTraceCommands

/// Whole screens as text, of every kind that is not of a page.
struct TopScreenTests {
    @Test func theTreeOnASmallTerminal() {
        expectScreen(
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
        expectScreen(
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
        expectScreen(
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
        expectScreen(
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
        expectScreen(
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
        expectScreen(
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
}
