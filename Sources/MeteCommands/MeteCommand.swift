package import ArgumentParser
import Glibc
import MeteModel
import MeteText
import MeteTraceCommands

/// `mete`.
package struct MeteCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mete",
        abstract: "Measure what every component uses of this machine, and allot it so that each has its guarantee.",
        version: Version.current,
        subcommands: [
            AgentCommand.self, PlanCommand.self, TraceCommand.self, TopCommand.self, RecordCommand.self,
            ReplayCommand.self, QueryCommand.self, CompareCommand.self, ExportCommand.self,
            ReportCommand.self, EvalCommand.self,
            StatusCommand.self, DoctorCommand.self, RestoreCommand.self,
        ])

    package init() {}

    /// Parses the arguments and runs the command; ends the process with the documented status.
    package static func runAsRoot() -> Never {
        do {
            var command = try parseAsRoot()
            try command.run()
            Glibc.exit(ExitStatus.success.rawValue)
        } catch let error where Self.isOfArguments(error) {
            Self.exit(withError: error)
        } catch {
            Console.note("\(error)")
            Glibc.exit(ExitStatus(error).rawValue)
        }
    }

    /// Whether the parser made this error: wrong arguments, or a request for help.
    private static func isOfArguments(_ error: any Error) -> Bool {
        error is ValidationError || error is CleanExit || error is ExitCode || exitCode(for: error) != .failure
    }
}
