package import ArgumentParser
import Glibc
import MeteAgent
import MeteControl
import MeteModel
import MetePolicy
import MeteProtocol
import MeteText
import MeteTrace

/// `mete plan`.
package struct PlanCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Run the agent's loop, put nothing in force, and print what it would allot and write, and why.",
        discussion: """
            The last plan is printed when the duration is over, with every setting that the agent would write: what stands, what would \
            stand, and why. With --follow every plan in which something changes is printed. Nothing is put in force, so demands are \
            those of the machine as it is.
            """)

    @Option(help: "Policy file. Without it components are found by themselves, with no guarantees.")
    var policy: String?

    @Option(help: "Seconds to measure before the plan is printed.")
    var duration: Double = 3

    @Flag(help: "Print every plan that differs from the one before, until the duration is over.")
    var follow = false

    @Flag(help: "Print plans as JSON; with --follow one on each line.")
    var json = false

    package init() {}

    package func validate() throws {
        guard duration > 0, duration <= 86_400 else {
            throw ValidationError("--duration must be more than 0 and at most 86400 seconds, not \(duration)")
        }
    }

    package func run() throws {
        TickClock.blockSignals()
        var options = AgentOptions(stateFolder: StateFolder.standard, socket: nil)
        options.policyFile = policy
        options.control = .rehearsed
        let agent = try Agent(options, context: .thisMachine(), version: Version.current) { event in
            switch event {
            // What the plan itself says.
            case .started, .policyWarning: break
            default: Console.note("\(event)")
            }
        }
        var last: AgentSnapshot?
        let end = TickClock.now() + Nanoseconds(duration * 1e9)
        try agent.run(until: { TickClock.now() >= end }) { snapshot in
            let units = last?.plan?.allotments.map(\.units)
            let names = last?.plan?.allotments.map(\.component)
            let isNew =
                units != snapshot.plan?.allotments.map(\.units) || names != snapshot.plan?.allotments.map(\.component)
            if follow, isNew { try show(agent.rehearsal(snapshot)) }
            last = snapshot
        }
        if !follow { try show(last.flatMap(agent.rehearsal)) }
    }

    private func show(_ report: RehearsalReport?) throws {
        guard let report else { return Console.note("there is no plan yet") }
        guard json else { return Console.write(PlanTable(report).text + (follow ? "\n" : "")) }
        try JSONText.print(report, isPretty: !follow)
    }
}
