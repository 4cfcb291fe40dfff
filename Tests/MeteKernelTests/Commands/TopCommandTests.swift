import Glibc
import MeteModel
import MeteStore
import MeteTestSupport
import Testing

extension KernelTests {
    /// `mete top` as a program in a real terminal.
    @MainActor
    struct TopCommandTests {
        private let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder(prefix: "mete-top")
            try folder.write(
                "components: [{ name: it, match: { cmdline: 'mete-workload spin' } }]", to: "policy.yaml")
        }

        /// The terminal's settings before and after are in files, as are the program's id and how it ended. Keys that make signals make them
        /// for the script as well.
        private func start(
            _ arguments: [String], columns: Int = 80, rows: Int = 24, environment: [String] = ["LC_ALL=C.UTF-8"]
        )
            throws -> Tmux
        {
            let words = try [Executable.sibling("mete").path, "top"] + arguments
            return try Tmux(
                columns: columns, rows: rows,
                script: """
                    trap : INT QUIT
                    # On a terminal Swift's runtime would spend minutes on a backtrace, and ask what to do.
                    export SWIFT_BACKTRACE=enable=no
                    stty -g >"$F/before"
                    sh -c 'echo $$ >"$F/pid"; exec "$@"' sh \(words.map { "'\($0)'" }.joined(separator: " ")) 2>"$F/errors"
                    echo $? >"$F/status"
                    stty -g >"$F/after"
                    echo done >"$F/done"
                    exec cat
                    """, environment: environment)
        }

        private var live: [String] { ["--policy", folder.file("policy.yaml"), "--interval", "0.2"] }

        private func pid(_ tmux: Tmux) throws -> pid_t {
            try tmux.wait(forFile: "pid")
            return try #require(pid_t(try tmux.text("pid").filter(\.isNumber)))
        }

        /// Whatever ended it: the settings of the terminal, its main screen, its cursor and its wrapping are back.
        private func expectRestored(_ tmux: Tmux, status: Int, location: SourceLocation = #_sourceLocation) throws {
            try tmux.wait(forFile: "done")
            let errors = try tmux.text("errors")
            #expect(try tmux.text("status") == "\(status)\n", "\(errors)", sourceLocation: location)
            #expect(try tmux.text("before") == tmux.text("after"), sourceLocation: location)
            for (variable, value) in [("alternate_on", "0"), ("cursor_flag", "1"), ("wrap_flag", "1")] {
                #expect(try tmux.variable(variable) == value, "\(variable)", sourceLocation: location)
            }
        }

        // MARK: Live

        @Test func showsComponentsProcessesAndPages() throws {
            let spin = try Workload("spin", "600", "2").process
            let tmux = try start(live)
            let screen = try tmux.expect("a busy component") { $0.contains { $0.contains(" it ") } }
            #expect(screen.count == 24 && screen[0].contains(" used") && screen[0].hasSuffix("live"))
            #expect(screen[3].hasPrefix("COMPONENT") && screen[3].contains("DEMAND"))
            #expect(try tmux.variable("alternate_on") == "1" && tmux.variable("cursor_flag") == "0")
            // The settings are really others, so that "restored" can fail.
            let tty = try tmux.variable("pane_tty")
            #expect(try settings(of: tty) != tmux.text("before"))

            try tmux.press("/", "^it$", "Enter")
            try tmux.expect("regex ^it$")
            try tmux.press("Down", "Right")
            try tmux.expect("mete-workload \(spin.identifier)")
            try tmux.press("Down", "Right")
            // Its first thread only waits for the others.
            let threads = try tmux.expect("threads") {
                $0.filter { $0.contains("    mete-workload ") && !$0.contains("\(spin.identifier) ") }.count == 2
            }
            #expect(threads.contains { $0.hasPrefix("▾ it") }, "\(threads.joined(separator: "\n"))")
            try tmux.press("d")
            // Where its path ends decides where the line is broken.
            try tmux.expect("its command line") {
                $0.joined().filter { $0 != " " }.contains("mete-workloadspin6002")
            }
            try tmux.press("q", "4")
            try tmux.expect("RESIDENT")
            try tmux.press("5")
            try tmux.expect("IN ITS WAY")
            try tmux.press("q")
            try expectRestored(tmux, status: 0)
        }

        @Test func aPauseHoldsTheWindowAndTimeGoesBackAndForth() throws {
            let tmux = try start(live)
            // The course of a component has a bar for each window: there are some before the one that is held.
            try tmux.expect("three windows") { lines in
                lines[0].hasSuffix("live") && lines[4...].contains { $0.filter("▁▂▃▄▅▆▇█".contains).count >= 3 }
            }
            try tmux.press("z")
            // Others go on meanwhile.
            let held = try tmux.expect("back") { $0[0].contains(" back") }
            let time = held[0].split(separator: " ").first { $0.contains(":") }
            #expect(time != nil)
            try tmux.press("[")
            try tmux.expect("an earlier window") { $0[4...22] != held[4...22] }
            try tmux.press("]")
            let again = try tmux.expect("the same window") { $0[3...21] == held[3...21] }
            #expect(again[0].split(separator: " ").first { $0.contains(":") } == time)
            try tmux.press("G")
            try tmux.expect("live") { $0[0].hasSuffix("live") }
            try tmux.press("q")
            try expectRestored(tmux, status: 0)
        }

        @Test func fitsEverySizeThatTheTerminalTakes() throws {
            let tmux = try start(live)
            try tmux.expect("q quit")
            for (columns, rows) in [(120, 40), (40, 10), (200, 60), (20, 6), (80, 24)] {
                try tmux.resize(columns: columns, rows: rows)
                try tmux.expect("\(columns)x\(rows)") {
                    $0.count == rows && $0[rows - 1].hasPrefix("q quit") && $0.allSatisfy { $0.count <= columns }
                }
            }
            try tmux.press("q")
            try expectRestored(tmux, status: 0)
        }

        @Test func withoutUTF8AndColoursItSaysTheSame() throws {
            // More than the CPUs can run: that they wait is worth a colour.
            let spin = try Workload("spin", "600", "8").process
            let plain = try start(live, environment: ["LC_ALL=C", "NO_COLOR=1"])
            let screen = try plain.expect("+ it")
            let isASCII = screen.joined().allSatisfy { $0.isASCII }
            #expect(isASCII, "\(screen.joined(separator: "\n"))")
            #expect(try colours(plain).isEmpty)
            // What runs the tests may have set it for them.
            let coloured = try start(live, environment: ["LC_ALL=C.UTF-8", "NO_COLOR="])
            try coloured.expect("▸ it")
            // The first window may be too short for a wait.
            #expect(try Polling.wait { try !colours(coloured).isEmpty })
            withExtendedLifetime(spin) {}
        }

        /// Foreground colours on the screen (ECMA-48, 8.3.117).
        private func colours(_ tmux: Tmux) throws -> [Int] {
            try tmux.lines(withColours: true).joined().matches(of: /\u{1B}\[([0-9;]*)m/)
                .flatMap { $0.1.split(separator: ";").compactMap { Int($0) } }.filter { (30...37).contains($0) }
        }

        // MARK: Ends

        /// A check of Swift's that fails ends by SIGILL or SIGTRAP; nothing can be done about SIGKILL.
        @Test(arguments: [
            (SIGTERM, 0), (SIGINT, 0), (SIGHUP, 0), (SIGQUIT, 0), (SIGSEGV, 139), (SIGABRT, 134), (SIGTRAP, 133),
            (SIGILL, 132),
        ]) func aSignalLeavesTheTerminalAsItWas(signal: Int32, status: Int) throws {
            let tmux = try start(live)
            try tmux.expect("live") { $0[0].contains(" used") }
            #expect(try tmux.variable("alternate_on") == "1")
            kill(try pid(tmux), signal)
            try expectRestored(tmux, status: status)
        }

        @Test func ctrlCEndsIt() throws {
            let tmux = try start(live)
            try tmux.expect("live") { $0[0].contains(" used") }
            try tmux.press("C-c")
            try expectRestored(tmux, status: 0)
        }

        @Test func aStopGivesTheTerminalBackAndTakesItAgain() throws {
            let tmux = try start(live)
            try tmux.expect("live") { $0[0].contains(" used") }
            let pid = try pid(tmux)
            let tty = try tmux.variable("pane_tty")
            kill(pid, SIGTSTP)
            try tmux.expect("the main screen") { _ in try tmux.variable("alternate_on") == "0" }
            #expect(try settings(of: tty) == tmux.text("before"))
            let isStopped = Polling.wait { (try? TextFile.read("/proc/\(pid)/stat").contains(") T ")) ?? false }
            #expect(isStopped)
            kill(pid, SIGCONT)
            try tmux.expect("live") { $0.count == 24 && $0[0].contains(" used") && $0[23].hasPrefix("q quit") }
            #expect(try tmux.variable("alternate_on") == "1" && settings(of: tty) != tmux.text("before"))
            try tmux.press("q")
            try expectRestored(tmux, status: 0)
        }

        /// As when whoever shows the terminal has stopped: a signal ends it all the same.
        @Test func aTerminalThatTakesNothingDoesNotKeepItFromEnding() throws {
            let tmux = try start(live)
            try tmux.expect("live") { $0[0].contains(" used") }
            let pid = try pid(tmux)
            let tty = open(try tmux.variable("pane_tty"), O_RDWR | O_NOCTTY | O_CLOEXEC)
            try #require(tty >= 0)
            defer { close(tty) }
            try #require(tcflow(tty, TCOOFF) == 0)
            // Five pictures later there is still the first.
            let standing = try tmux.lines()
            let moves = try Polling.wait(seconds: 1) { try tmux.lines() != standing }
            #expect(!moves, "it does stand still")
            kill(pid, SIGTERM)
            try tmux.wait(forFile: "status")
            #expect(try tmux.text("status") == "0\n")
            try #require(tcflow(tty, TCOON) == 0)
        }

        @Test func aTerminalThatWasStoppedShowsWhatIsNowWhenItGoesOn() throws {
            let tmux = try start(live)
            try tmux.expect("live") { $0[0].contains(" used") }
            let tty = open(try tmux.variable("pane_tty"), O_RDWR | O_NOCTTY | O_CLOEXEC)
            try #require(tty >= 0)
            defer { close(tty) }
            try #require(tcflow(tty, TCOOFF) == 0)
            try tmux.press("4")
            let moves = try Polling.wait(seconds: 1) { try tmux.lines().contains { $0.contains("RESIDENT") } }
            #expect(!moves)
            try #require(tcflow(tty, TCOON) == 0)
            try tmux.expect("RESIDENT")
            try tmux.press("q")
            try expectRestored(tmux, status: 0)
        }

        /// Nothing is left that could be written to.
        @Test func aTerminalThatIsGoneEndsIt() throws {
            let tmux = try start(live)
            try tmux.expect("live") { $0[0].contains(" used") }
            let pid = try pid(tmux)
            try tmux.ask(["kill-pane"])
            let hasEnded = Polling.wait { kill(pid, 0) != 0 }
            #expect(hasEnded)
        }

        @Test func withoutATerminalItNamesWhatNeedsNone() throws {
            try MeteRun(["top"]).expect(64, saying: "needs a terminal", "`mete trace`")
            try MeteRun(["top", "some.mete"]).expect(64, saying: "needs a terminal", "`mete replay some.mete`")
            try MeteRun(["top", "--speed", "2"]).expect(64, saying: "--speed", "name a file")
            try MeteRun(["top", "some.mete", "--interval", "2"]).expect(64, saying: "--interval")
        }

        @Test func aFailureIsSaidOnARestoredTerminal() throws {
            let tmux = try start([folder.file("policy.yaml")])
            try expectRestored(tmux, status: 1)
            #expect(try tmux.text("errors").contains("too short to be a recording"))
        }

        private func settings(of tty: String) throws -> String {
            let process = try ChildProcess(
                .named("stty", remedy: "apt-get install coreutils"), ["-F", tty, "-g"],
                output: .file(folder.file("settings")))
            process.waitForEnd()
            return try folder.text("settings")
        }

        // MARK: Recordings

        @Test func aRecordingIsSeenWindowByWindow() throws {
            let tmux = try start([record(), "--speed", "0.001"])
            try tmux.expect("playing 0.001x")
            try tmux.press("z")
            try expectScreen(
                tmux,
                """
                2 cores, 1.20 used, 0.30 waited, 0.12 steal, 0.00 irq          ▅ 08:00:01 paused
                1 CPU  2 disk  3 network  4 memory  5 delays  6 calls                by DEMAND ▼
                Nothing lost. The recording keeps no threads, devices and disturbances.
                COMPONENT                       USED ▼DEMAND  WAITED    P99  THREADS  HISTORY
                  batch                        1.000   1.000   0.000               2           █
                  web                          0.200   0.500   0.300  8.4ms        8           █
                """)
            try tmux.press("]")
            try tmux.expect("08:00:02 paused")
            try tmux.press("]", "]", "s")
            try expectScreen(
                tmux,
                """
                2 cores, 1.60 used, 0.30 waited, 0.12 steal, 0.00 irq        ▅▆▇ 08:00:03 paused
                1 CPU  2 disk  3 network  4 memory  5 delays  6 calls                by WAITED ▼
                Nothing lost. The recording keeps no threads, devices and disturbances.
                COMPONENT                       USED  DEMAND ▼WAITED    P99  THREADS  HISTORY
                  web                          0.600   0.900   0.300  8.4ms        8         ▅▆█
                  batch                        1.000   1.000   0.000               2         ███
                """)
            try tmux.press("g", "2")
            try expectScreen(
                tmux,
                """
                2 cores, 1.20 used, 0.30 waited, 0.12 steal, 0.00 irq          ▅ 08:00:01 paused
                1 CPU  2 disk  3 network  4 memory  5 delays  6 calls                by REQS/S ▼
                Nothing lost. The recording keeps no threads, devices and disturbances.
                COMPONENT                  ▼REQS/S   READ/S  BYTES/S    P99  WRITE/S  HISTORY
                  web                          400      400     1.6M               0           █
                One more component has nothing here.
                """)
            try tmux.press("q")
            try expectRestored(tmux, status: 0)
        }

        @Test func aRecordingPlaysFromAnyMomentToItsEnd() throws {
            let whole = try start([record(), "--speed", "20"])
            try whole.expect("08:00:03 at its end")
            try whole.press("q")
            try expectRestored(whole, status: 0)
            let last = try start([folder.file("r"), "--from", "-1", "--speed", "0.001"])
            try last.expect("08:00:03 at its end")
        }

        /// The lines above the bottom one.
        private func expectScreen(_ tmux: Tmux, _ text: String, location: SourceLocation = #_sourceLocation) throws {
            let wanted = text.split(separator: "\n").map(String.init)
            let found = try tmux.expect("the screen", location: location) { $0.starts(with: wanted) }
            for (found, wanted) in zip(found, wanted) { #expect(found == wanted, sourceLocation: location) }
            let rest = found.dropFirst(wanted.count)
            #expect(rest.dropLast().allSatisfy { $0.isEmpty }, sourceLocation: location)
            #expect(
                rest.last == "q quit  h help  ⏎ open  Tab page  s sort  / filter  t tree  z go on  [ ] time",
                sourceLocation: location)
        }

        /// Three windows, of which every number is known.
        private func record() throws -> String {
            let writer = try StoreWriter(
                path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
            for number in 1...3 as ClosedRange<Int64> {
                let end = (1_800_000_000 + number) * .perSecond
                var machine = RecordedSample(end: end, length: .perSecond)
                machine[.cpus] = 2
                machine[.threads] = 40 + number
                machine[.steal] = 120
                var web = RecordedSample(end: end, length: .perSecond)
                web[.runTime] = number * 200_000_000
                web[.runQueueDelay] = 300_000_000
                web[.delayP99] = 8_388_608
                web[.threads] = 8
                web[.processes] = 2
                web[.readRequests] = 400
                web[.readBytes] = 400 << 12
                var batch = RecordedSample(end: end, length: .perSecond)
                batch[.runTime] = 1_000_000_000
                batch[.threads] = 2
                batch[.processes] = 1
                try writer.append(
                    RecordedWindow(
                        machine: machine, components: [(ComponentID("batch"), batch), (ComponentID("web"), web)]))
            }
            try writer.close()
            return folder.file("r")
        }
    }
}
