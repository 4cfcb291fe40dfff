package import ArgumentParser
import MeteAgent
import MeteControl
import MeteText

/// `mete restore`.
package struct RestoreCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put back every setting that an agent changed and could not put back itself.",
        discussion: """
            Reads the journal in the state folder. Running it twice changes nothing. A setting that another writer has changed since is \
            left as it is and named.
            """)

    @Option(help: "Folder of the journal.")
    var stateDir = StateFolder.standard

    @Flag(name: .shortAndLong, help: "Print every setting, not only those that could not be put back.")
    var verbose = false

    package init() {}

    package func run() throws {
        // Where no agent has ever been, none is to be made to look so.
        guard let folder = try StateFolder.existing(stateDir) else {
            return Console.line("there is no state folder \(stateDir): nothing had to be put back")
        }
        let report = try Restoration(journal: Journal(folder: folder)).run()
        for step in report.steps {
            switch step.action {
            case .restored(let value) where verbose: Console.line("\(step.setting): back to \(value)")
            case .unchanged where verbose: Console.line("\(step.setting): already as before")
            case .gone where verbose: Console.line("\(step.setting): has ended")
            case .inUse: Console.line("\(step.setting): in use by others, stays")
            case .foreign(let value): Console.line("\(step.setting): another writer set \(value), which stays")
            case .failed(let error): Console.line("\(step.setting): \(error)")
            case .restored, .unchanged, .gone: break
            }
        }
        Console.line(report.summary)
        if !report.isComplete {
            throw RestoreIncomplete(description: "not everything could be put back; the journal is kept in \(stateDir)")
        }
    }
}
