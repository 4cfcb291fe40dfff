import Glibc
import MeteTestSupport
import Testing

extension KernelTests {
    /// Every exit status that mete(1) documents, as a shell sees it, each with a message that says what to do.
    @MainActor
    struct ExitCodeTests {
        private let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder(prefix: "mete-exit")
        }

        private var socket: String { "\(folder.path)/agent.sock" }
        private var state: String { "\(folder.path)/state" }

        private func startAgent(_ arguments: String...) throws -> ChildProcess {
            let agent = try ChildProcess(
                .sibling("mete"), ["agent", "--socket", socket, "--state-dir", state] + arguments, errors: .discarded)
            // Until it has measured something, it answers that it is starting.
            #expect(
                try Polling.wait { agent.hasEnded() ? true : try MeteRun(["status", "--socket", socket]).code == 0 })
            return agent
        }

        @Test(arguments: [
            ["frobnicate"], ["trace", "--interval", "0"], ["trace", "--ring-bytes", "4095"],
            ["agent", "--ring-bytes", "1073741825"], ["agent", "--ring-bytes", "-1"], ["plan", "--duration", "0"],
            ["agent", "--socket", "relative.sock"], ["status", "--socket", "/" + String(repeating: "x", count: 108)],
        ])
        func wrongArgumentsAre64(arguments: [String]) throws {
            let run = try MeteRun(arguments)
            run.expect(64)
            #expect(!run.errors.isEmpty)
        }

        @Test(arguments: ["agent", "plan", "trace"]) func aBadPolicyIs2(command: String) throws {
            let policy = "\(folder.path)/policy.yaml"
            try TextFile.write("components:\n  - name: x\n    mtach: {}\n", to: policy, creating: true)
            try MeteRun([command, "--policy", policy]).expect(2, saying: "\(policy):3:", "mtach", "match")
            try MeteRun([command, "--policy", policy + ".none"]).expect(2, saying: policy + ".none")
        }

        @Test func aUserWhoIsNotThereIs2() throws {
            let policy = "\(folder.path)/policy.yaml"
            try TextFile.write(
                "components:\n  - name: x\n    match: { user: no-such-user }\n", to: policy, creating: true)
            try MeteRun(["plan", "--policy", policy]).expect(
                2, saying: "\(policy):3:", "there is no user \"no-such-user\" on this machine", "create the user")
        }

        @Test func noAgentIs5() throws {
            try MeteRun(["status", "--socket", socket]).expect(5, saying: socket, "mete agent")
            let agent = try startAgent()
            agent.kill()
            // The socket of a dead agent.
            try MeteRun(["status", "--socket", socket]).expect(5, saying: socket, "mete agent")
        }

        @Test func anAgentThatDoesNotAnswerIs8() throws {
            let agent = try startAgent()
            agent.send(SIGSTOP)
            try MeteRun(["status", "--socket", socket]).expect(8, saying: socket, "did not answer in time")
            agent.send(SIGCONT)
            #expect(agent.stop(SIGINT, grace: 30))
        }

        @Test func aSecondAgentIs6() throws {
            let agent = try startAgent("--enforce")
            try MeteRun(["agent", "--socket", socket]).expect(
                6, saying: socket, "\(agent.identifier)", "stop that agent")
            let another = ["agent", "--enforce", "--socket", socket + "2", "--state-dir", state]
            try MeteRun(another).expect(6, saying: state, "\(agent.identifier)", "stop that agent")
            try MeteRun(["restore", "--state-dir", state]).expect(6, saying: state, "\(agent.identifier)")
            #expect(agent.stop(SIGINT, grace: 30))
        }

        @Test func aSocketThatCannotBeMadeIs1() throws {
            try TextFile.write("", to: socket, creating: true)
            try MeteRun(["agent", "--socket", socket]).expect(1, saying: socket, "exists and is not a socket")
            try MeteRun(["agent", "--socket", "\(folder.path)/none/none/agent.sock"]).expect(
                1, saying: "create the folder")
        }

        // MARK: Without rights

        /// A copy that everybody may run, whatever the folder of the build permits.
        private func startAsNobody() throws -> MeteRun.Start {
            let program = "\(folder.path)/mete"
            let copy = try ChildProcess(
                .named("cp", remedy: "apt-get install coreutils"), [try Executable.sibling("mete").path, program])
            #expect(copy.waitForEnd()?.code == 0)
            #expect(chmod(program, 0o755) == 0 && chmod(folder.path, 0o755) == 0)
            var start = try MeteRun.Start.setpriv("--reuid", "65534", "--regid", "65534", "--clear-groups")
            start.program = program
            return start
        }

        @Test func withoutRootIs4() throws {
            let start = try startAsNobody()
            try MeteRun(["trace", "--duration", "0.2"], start: start).expect(4, saying: "run as root")
            try MeteRun(["plan", "--duration", "0.2"], start: start).expect(4, saying: "run as root")
            try MeteRun(["agent", "--enforce", "--state-dir", state, "--socket", socket], start: start).expect(
                4, saying: state)
            #expect(mkdir(state, 0o700) == 0)
            try MeteRun(["restore", "--state-dir", state], start: start).expect(4, saying: state, "Run as root")
            let agent = try startAgent()
            try MeteRun(["status", "--socket", socket], start: start).expect(4, saying: socket, "run as root")
            #expect(agent.stop(SIGINT, grace: 30))
        }

        /// Root without the right to write where modes forbid it.
        @Test func aSocketWhereNothingMayBeWrittenIs4() throws {
            #expect(chmod(folder.path, 0o555) == 0)
            let start = try MeteRun.Start.setpriv("--bounding-set", "-dac_override")
            try MeteRun(["agent", "--socket", socket], start: start).expect(4, saying: socket, "run the agent as root")
        }

        @Test func aSocketWhereOthersMayPutTheirsIs1() throws {
            #expect(chown(folder.path, 65534, 65534) == 0)
            try MeteRun(["agent", "--socket", socket]).expect(
                1, saying: "it belongs to user 65534", "choose a socket path")
        }

        /// It would be put in force as root; only looked at, it does no harm.
        @Test func aPolicyThatOthersMayWriteIs2() throws {
            let policy = "\(folder.path)/policy.yaml"
            try TextFile.write("components: [{ name: a, match: { comm: a } }]", to: policy, creating: true)
            #expect(chmod(policy, 0o666) == 0)
            try MeteRun(["agent", "--enforce", "--state-dir", state, "--socket", socket, "--policy", policy]).expect(
                2, saying: "\(policy): is not trusted", "chmod go-w")
            try MeteRun(["plan", "--policy", policy, "--duration", "0.2"]).expect(0)
        }

        @Test func aMissingCapabilityIs4() throws {
            let start = try MeteRun.Start.setpriv("--bounding-set", "-sys_admin,-bpf,-perfmon")
            for command in [
                ["trace", "--duration", "0.2"], ["plan", "--duration", "0.2"], ["agent", "--socket", socket],
            ] {
                try MeteRun(command, start: start).expect(4, saying: "CAP_BPF and CAP_PERFMON")
            }
            let doctor = try MeteRun(["doctor"], start: start)
            doctor.expect(3)
            #expect(doctor.output.contains("this process lacks CAP_PERFMON and CAP_BPF"))
        }

        @Test func reservationsWithoutTheirCapabilityAreRefusedWithTheLineOfThePolicy() throws {
            let policy = "\(folder.path)/policy.yaml"
            try TextFile.write(
                """
                components:
                  - name: shop
                    match: { comm: shop }
                    cpu: { guarantee: 0.25, mode: reserved, latency: 10ms }
                """, to: policy, creating: true)
            let start = try MeteRun.Start.setpriv("--bounding-set", "-sys_nice")
            try MeteRun(["plan", "--policy", policy, "--duration", "0.2"], start: start).expect(
                2, saying: "\(policy):2:", "CAP_SYS_NICE", "optional: true")
        }
    }
}
