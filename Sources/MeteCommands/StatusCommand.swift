package import ArgumentParser
import MeteClient
import MeteProtocol
import MeteText

/// `mete status`.
package struct StatusCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the running agent measures, forecasts and allots, and whether guarantees hold.")

    @Option(help: "Path of the agent's socket.")
    var socket = SocketPath.standard

    @Flag(help: "Print everything the agent reports, as JSON.")
    var json = false

    package init() {}

    package func run() throws {
        let client = AgentClient(socket: socket)
        let report = try blocking { try await client.status() }
        if json {
            try JSONText.print(report)
        } else {
            Console.write(StatusTable(report).text)
        }
    }
}
