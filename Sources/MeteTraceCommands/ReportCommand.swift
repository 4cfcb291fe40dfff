package import ArgumentParser
import MeteModel
import MeteReport
import MeteStore
import MeteText

/// `mete report`: a recording as a page.
package struct ReportCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "report",
        abstract:
            "Make one page with charts of a recording: use, demand, delay, disks, network, memory, who disturbed whom.",
        discussion: """
            The page needs no network and no script: it can be sent and kept as it is. Times are as for `mete query`.
            """)

    @Argument(help: "A file that `mete record` has made.")
    var file: String

    @Option(name: [.short, .long], help: "The page to write; - is standard output.")
    var output: String

    @Option(parsing: .unconditional, help: "Where to begin.")
    var from: TimeOption?

    @Option(parsing: .unconditional, help: "Where to end.")
    var to: TimeOption?

    package init() {}

    package func run() throws {
        let reader = try StoreReader(path: file)
        guard let part = try TimeOption.part(of: reader, from: from, to: to) else {
            throw ExportError(
                operation: "report on", path: file, cause: "it holds no window yet", remedy: "record for a moment first"
            )
        }
        let data = try ReportData(reader, part)
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let target = try ExportFile(path: output, source: file)
        try target.write(ReportPage(data, name: name, version: Version.current).html)
        try target.close()
        for damage in Set(reader.damage.map { "\($0)" }).sorted() { Console.note("\(file): \(damage)") }
    }
}
