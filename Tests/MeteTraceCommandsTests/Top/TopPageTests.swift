import MeteModel
import MeteTrace
import Testing

@testable import MeteTraceCommands

/// What each page shows.
struct TopPageTests {
    @Test func disksWithTheirDevices() {
        expectScreen(
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
        expectScreen(
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
        expectScreen(
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
        expectScreen(
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
        expectScreen(
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

    @Test func whatIsNotTracedIsNotShownAsNothing() {
        var view = TopFixture.view()
        view.resources = []
        for page in "234" {
            let screen = TopFixture.screen(80, 24, [.character(page)], TopFixture.moment(view))
            #expect(screen.text.contains("--only leaves it out") && !screen.text.contains("COMPONENT"))
        }
        #expect(TopFixture.screen(80, 24, [], TopFixture.moment(view)).text.contains("batch"))
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
}
