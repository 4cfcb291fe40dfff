package import ArgumentParser
import MeteControl
import MeteModel
import MeteText
import MeteTrace

/// `mete doctor`.
package struct DoctorCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Show what this kernel and machine let mete do, with the reason and the remedy where something is missing.",
        discussion: """
            Exits with 0 when everything is there or limited, with 3 when something is missing.
            """)

    @Flag(help: "Print the findings as JSON.")
    var json = false

    @Flag(
        help: ArgumentHelp(
            "First free deadline bandwidth that is booked for nobody.",
            discussion:
                "Rebuilds the scheduling domains by way of an empty cpuset of mete's own; load balancing pauses for a moment."
        ))
    var repairDeadlineLeak = false

    @Option(help: "Folder of the journal, for the repair.")
    var stateDir = StateFolder.standard

    package init() {}

    package func run() throws {
        if repairDeadlineLeak { try DeadlineLeak.repair(.discover(), stateFolder: stateDir) }
        let findings = TraceSupport.findings() + ControlSupport.findings()
        if json {
            try JSONText.print(findings)
        } else {
            Console.write(DoctorTable(findings).text)
        }
        let isMissing = findings.contains { if case .unsupported = $0.support { true } else { false } }
        if isMissing { throw ExitCode(ExitStatus.unsupported.rawValue) }
    }
}
