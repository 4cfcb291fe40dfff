package import ArgumentParser
import Glibc
import MeteAgent
import MeteControl
import MeteModel
import MetePolicy
import MeteProtocol
import MeteText
import MeteTrace
import MeteTraceCommands

/// `mete agent`.
package struct AgentCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Measure, forecast and plan; with --enforce also keep every component at its guarantee.",
        discussion: """
            Without --enforce the agent only observes: no setting of the machine is changed. With it, every setting that is changed is \
            first written to a journal, and put back when the agent ends (Ctrl-C, SIGTERM). After a crash, `mete restore` or the next \
            agent puts everything back. SIGHUP, or a change of the file, loads the policy again.
            """)

    @Option(help: "Policy file. Without it components are found by themselves, with no guarantees.")
    var policy: String?

    @Flag(help: "Put plans in force.")
    var enforce = false

    @Option(help: "Folder of the journal.")
    var stateDir = StateFolder.standard

    @Option(help: "Path of the socket that the API listens on.")
    var socket = SocketPath.standard

    @Option(help: "What to trace, of cpu, disk, network and memory, with commas between; the fewer, the cheaper.")
    var only: TracedResources = .all

    @Option(help: CallsOption.help)
    var calls: String?

    @Option(help: "Record what is measured, forecast, planned and written to this file; `mete query` reads it.")
    var record: String?

    @Option(help: "Days for which the recording keeps single ticks and decisions.")
    var recordKeep: Double = 1

    @Option(help: "Megabytes above which the oldest and finest part of the recording is given up.")
    var recordMaxSize = 1024

    @Option(help: "Bytes of the ring buffer between kernel and agent.")
    var ringBytes: UInt32 = 1 << 20

    package init() {}

    package func validate() throws {
        guard recordKeep > 0, recordKeep <= 36_500 else {
            throw ValidationError("--record-keep must be more than 0 and at most 36500 days, not \(recordKeep)")
        }
        guard (1...1_000_000_000).contains(recordMaxSize) else {
            throw ValidationError("--record-max-size must be from 1 to 1000000000 megabytes, not \(recordMaxSize)")
        }
        guard (4096...AgentOptions.mostRingBytes).contains(ringBytes) else {
            throw ValidationError("--ring-bytes must be from 4096 to \(AgentOptions.mostRingBytes), not \(ringBytes)")
        }
    }

    package func run() throws {
        TickClock.blockSignals()
        var options = AgentOptions(stateFolder: stateDir, socket: socket)
        options.policyFile = policy
        options.control = enforce ? .enforced : .none
        options.probes.ringBytes = ringBytes
        only.apply(to: &options.probes)
        options.probes.functions = try CallsOption.functions(calls)
        options.probes.descriptions = record != nil
        options.recording = record.map {
            AgentOptions.Recording(
                path: $0, age: Nanoseconds(recordKeep * 86_400e9), mostBytes: Int64(recordMaxSize) << 20,
                facts: RecordingFacts.ofThisMachine(only))
        }
        let agent = try Agent(options, context: .thisMachine(), version: Version.current) { event in
            Console.note("\(event)")
        }
        do {
            try agent.run()
        } catch let error as ControlError {
            throw RestoreIncomplete(description: "not everything could be put back, run `mete restore`: \(error)")
        }
    }
}
