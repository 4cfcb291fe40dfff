import FoundationEssentials
import Glibc
import MeteTestSupport

/// One run of the load in one arrangement. Starts all that it needs, and has ended all of it when it returns or throws.
struct Trial {
    struct Programs {
        let redis: Executable
        let stressNG: Executable
        let client: Executable
        /// Needed by the arrangement `mete` alone.
        let mete: Executable?
    }

    struct Load {
        var phases: [String]
        var warmUp: String
        var hogCount: Int
    }

    struct Outcome: Codable {
        var latency: ClientReport
        var hogs: HogOutcome?
        /// Cores used by what is none of redis, client and hogs: the rest of the machine, and mete where it runs.
        var otherCores: Double
    }

    struct HogOutcome: Codable {
        var bogoOpsPerSecond: Double
        var cpuSeconds: Double
        /// Of the CPU time that redis and its client left.
        var shareOfRest: Double
        /// In cores.
        var leastShareInAnySecond: Double
    }

    let programs: Programs
    var load: Load
    let policy: [UInt8]
    let clock: InterruptibleClock

    /// - Parameter ratio: needed by the arrangement `weights` alone.
    func run(_ arrangement: Arrangement, ratio: WeightRatio? = nil, seed: UInt64) throws -> Outcome {
        let folder = try TemporaryFolder(prefix: Leftovers.prefix(of: getpid()))
        let groups =
            arrangement == .weights ? try ratio.map { ratio throws(ProcessError) in try WeightedGroups(ratio) } : nil
        // Ends in this order, however it ends: the agent, the processes that it has settings on, their groups, the folder.
        return try withExtendedLifetime((folder, groups)) {
            let redis = try RedisServer(
                program: programs.redis, folder: folder.path, group: groups?.redis, clock: clock)
            defer { redis.finish() }
            let hogs =
                arrangement.hasHogs
                ? try Hogs(
                    count: load.hogCount, program: programs.stressNG, folder: folder.path, group: groups?.hogs,
                    clock: clock) : nil
            defer { hogs?.abandon() }
            let agent = arrangement == .mete ? try startAgent(in: folder.path) : nil
            defer { agent?.abandon() }
            var measured = try measure(redis, hogs, folder: folder.path, group: groups?.client, seed: seed)
            try agent?.finish()
            if let rate = try hogs?.finish() { measured.hogs?.bogoOpsPerSecond = rate }
            return measured
        }
    }

    private func startAgent(in folder: String) throws -> MeteAgent? {
        guard let mete = programs.mete else { return nil }
        let file = "\(folder)/policy.yaml"
        try TextFile.write(String(decoding: policy, as: UTF8.self), to: file, creating: true)
        return try MeteAgent(program: mete, policy: file, folder: folder, clock: clock)
    }

    /// Runs the client through the phases and watches what everyone uses meanwhile, ten times a second.
    private func measure(
        _ redis: RedisServer, _ hogs: Hogs?, folder: String, group: ScratchGroup?, seed: UInt64
    ) throws -> Outcome {
        let (report, errors) = ("\(folder)/client.json", "\(folder)/client.err")
        let phases = load.phases.flatMap { ["--phase", $0] }
        let start = clock.now()
        let (redisBefore, machineBefore) = (try redis.used(), try MachineCPU.busySeconds())
        let client = try ChildProcess(
            programs.client,
            ["--socket", redis.socket, "--json", "--seed", "\(seed)", "--warm-up", load.warmUp] + phases,
            output: .file(report), errors: .file(errors), group: group)
        var trace = CPUTrace()
        var tick = start
        repeat {
            trace.record(time: clock.now(), used: try hogs?.used() ?? 0)
            tick += 100_000_000
            try clock.sleep(until: tick)
        } while !client.hasEnded()
        trace.record(time: clock.now(), used: try hogs?.used() ?? 0)

        guard let exit = client.exit, exit.code == 0 else {
            throw DemoError.ended(program: "open-loop", how: client.outcome, output: try TextFile.read(errors))
        }
        let served = Double(try redis.used() - redisBefore + exit.cpuNanoseconds) / 1e9
        let others = try MachineCPU.busySeconds() - machineBefore - served - trace.usedSeconds
        let capacity = trace.wallSeconds * Double(MachineCPU.online)
        let latency: ClientReport
        do {
            latency = try JSONDecoder().decode(ClientReport.self, from: Data(TextFile.read(report).utf8))
        } catch let error as DecodingError {
            throw DemoError.unreadable(what: "the client's report", reason: "\(error)")
        }
        let hogOutcome = hogs.map { _ in
            HogOutcome(
                bogoOpsPerSecond: 0, cpuSeconds: trace.usedSeconds,
                shareOfRest: trace.usedSeconds / (capacity - served),
                leastShareInAnySecond: trace.leastShareInAnySecond ?? 0)
        }
        return Outcome(latency: latency, hogs: hogOutcome, otherCores: max(0, others / trace.wallSeconds))
    }
}
