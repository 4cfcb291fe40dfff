package import ArgumentParser
import Glibc
import MeteAgent
import MeteControl
import MeteModel
import MeteProtocol
import MeteText
import MeteTrace

/// `mete plan`.
package struct PlanCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Run the agent's loop, put nothing in force, and print what it would allot to whom, and why.",
        discussion: """
            The last plan is printed when the duration is over; with --follow every plan in which something changes is. Nothing is put \
            in force, so demands are those of the machine as it is.
            """)

    @Option(help: "Policy file. Without it components are found by themselves, with no guarantees.")
    var policy: String?

    @Option(help: "Seconds to measure before the plan is printed.")
    var duration: Double = 3

    @Flag(help: "Print every plan that differs from the one before, until the duration is over.")
    var follow = false

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
        options.checksMachine = true
        let agent = try Agent(options, context: .thisMachine(), version: Version.current) { event in
            if case .started = event { return }
            Console.note("\(event)")
        }
        var last: AgentSnapshot?
        let end = TickClock.now() + Nanoseconds(duration * 1e9)
        try agent.run(until: { TickClock.now() >= end }) { snapshot in
            let units = last?.plan?.allotments.map(\.units)
            let names = last?.plan?.allotments.map(\.component)
            let isNew =
                units != snapshot.plan?.allotments.map(\.units) || names != snapshot.plan?.allotments.map(\.component)
            if follow, isNew { Console.line(PlanTable(snapshot).text) }
            last = snapshot
        }
        if let last, !follow { Console.write(PlanTable(last).text) }
    }
}
