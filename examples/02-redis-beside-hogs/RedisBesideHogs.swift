import ArgumentParser
import FoundationEssentials
import Glibc
import MeteTestSupport

/// The demonstration: the same redis under the same load, arranged in four ways, in one table.
///
/// Rounds go through all arrangements in turn, so that a machine that drifts does so for all of them. It starts its own redis,
/// client and stress-ng, ends no process that it did not start, and leaves nothing behind, whether it ends well or not.
@main
struct RedisBesideHogs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redis-beside-hogs",
        abstract: "Measure redis alone, beside hogs, with static weights and with mete.",
        discussion: """
            Needs root, redis-server and stress-ng, and otherwise idle CPUs.
            Exit codes: 0 measured; 1 a step failed; 64 wrong options; 130 and 143 interrupted.
            """
    )

    @Option(help: "Rounds through all arrangements; the table shows medians.")
    var rounds = 3

    @Option(help: ArgumentHelp("A stretch of load for open-loop; repeatable.", valueName: "duration@rate"))
    var phase = ["1500ms@2000", "1500ms@6000", "1500ms@1000"]

    @Option(help: ArgumentHelp("Load before the first phase; not in the latencies.", valueName: "duration@rate"))
    var warmUp = "1s@2000"

    @Option(help: "Workers of stress-ng; 0 is two for each CPU.")
    var hogs = 0

    @Option(help: "Arrangements to measure (alone, unmanaged, weights, mete); repeatable. All when not given.")
    var only: [Arrangement] = []

    @Option(
        help: ArgumentHelp(
            "Static weights, as 262144:2; when not given, the best by p99 of several tried in short runs.",
            valueName: "redis:hogs"),
        transform: WeightRatio.init(parsing:))
    var weights: WeightRatio?

    @Option(help: "The mete to use; when not given, the one of the same build.")
    var mete: String?

    @Flag(help: "Leave out the arrangement with mete.")
    var withoutMete = false

    @Option(help: "Policy for mete in place of the built-in one (policy.yaml of this example).")
    var policy: String?

    @Option(help: "What the policy guarantees the hogs, in cores; shown beside what they got.")
    var guarantee = 0.5

    @Option(help: "Also write every outcome to this file.")
    var json: String?

    func validate() throws {
        guard (1...100).contains(rounds) else {
            throw ValidationError("--rounds is \(rounds); it must be from 1 to 100")
        }
        guard (0...1024).contains(hogs) else { throw ValidationError("--hogs is \(hogs); it must be from 0 to 1024") }
    }

    func run() throws {
        do {
            try measure()
        } catch let error as DemoError {
            report("\(error)")
            throw ExitCode(error.exitCode)
        } catch let error as ProcessError {
            report("\(error)")
            throw ExitCode.failure
        }
    }

    private var arrangements: [Arrangement] {
        let chosen = only.isEmpty ? Arrangement.allCases : only
        return chosen.filter { !(withoutMete && $0 == .mete) }
    }

    private func measure() throws {
        let clock = InterruptibleClock()
        let trial = Trial(
            programs: try programs(),
            load: Trial.Load(phases: phase, warmUp: warmUp, hogCount: hogs == 0 ? 2 * MachineCPU.online : hogs),
            policy: try policy.map { path throws(ProcessError) in Array(try TextFile.read(path).utf8) }
                ?? PackageResources.policy_yaml,
            clock: clock)
        if geteuid() != 0 && !arrangements.allSatisfy({ $0 == .alone || $0 == .unmanaged }) { throw DemoError.notRoot }

        if geteuid() == 0 { try Leftovers.remove() }

        var comparison = Comparison(arrangements, guarantee: guarantee)
        if arrangements.contains(.weights) {
            comparison.ratio = weights
            if weights == nil {
                let search = try searchWeights(trial)
                comparison.search = search
                comparison.ratio = search.best
                report(search.summary)
            }
        }
        for round in 1...rounds {
            for arrangement in arrangements {
                report("round \(round) of \(rounds): \(arrangement.title)")
                comparison.add(
                    try trial.run(arrangement, ratio: comparison.ratio, seed: UInt64(round)), to: arrangement)
            }
        }
        print(comparison.table)
        let goals = comparison.goals
        if !goals.isEmpty { print("\n" + Goal.table(goals)) }
        if let json { try write(comparison, to: json) }
    }

    /// Tries several static weights, each once, in runs too short to be shown.
    private func searchWeights(_ trial: Trial) throws -> WeightSearch {
        var short = trial
        short.load.phases = Self.searchPhases
        short.load.warmUp = Self.searchWarmUp
        var search = WeightSearch()
        let candidates = try WeightRatio.candidates(CPUHierarchy.find().version)
        for (index, ratio) in candidates.enumerated() {
            report("search \(index + 1) of \(candidates.count): static weights \(ratio)")
            search.add(ratio, p99: try short.run(.weights, ratio: ratio, seed: 1).latency.total.p99)
        }
        return search
    }

    private static let searchPhases = ["600ms@2000", "600ms@6000", "600ms@1000"]
    private static let searchWarmUp = "300ms@2000"

    private func programs() throws(ProcessError) -> Trial.Programs {
        let debian = "On Debian: apt-get install redis-server stress-ng"
        return Trial.Programs(
            redis: try .named("redis-server", remedy: debian),
            stressNG: try .named("stress-ng", remedy: debian),
            client: try .sibling("open-loop"),
            mete: arrangements.contains(.mete) ? try meteProgram() : nil)
    }

    private func meteProgram() throws(ProcessError) -> Executable {
        guard let mete else { return try .sibling("mete") }
        guard access(mete, X_OK) == 0 else { throw ProcessError("run", mete, errno: errno) }
        return Executable(path: mete)
    }

    private func write(_ comparison: Comparison, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let bytes = try encoder.encode(Results(comparison: comparison, goals: comparison.goals))
        try TextFile.write(String(decoding: bytes, as: UTF8.self) + "\n", to: path, creating: true)
    }
}

/// What `--json` writes.
private struct Results: Encodable {
    let comparison: Comparison
    let goals: [Goal]
}

/// A line for the person at the terminal; the table alone goes to standard output.
func report(_ message: String) {
    let line = "redis-beside-hogs: \(message)\n"
    write(STDERR_FILENO, line, line.utf8.count)
}
