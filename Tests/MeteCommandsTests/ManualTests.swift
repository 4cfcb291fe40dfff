import ArgumentParser
import Foundation
import Testing

@testable import MeteCommands

/// mete(1) and the declarations of the commands say the same.
struct ManualTests {
    private struct Declaration: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String

            /// As mdoc(7) writes it behind Fl.
            var flag: String { kind == "long" ? "-\(name)" : name }
        }

        struct Argument: Decodable {
            var kind: String
            var names: [Name]?
            var shouldDisplay: Bool
            var abstract: String?
        }

        struct Command: Decodable {
            var commandName: String
            var abstract: String?
            var arguments: [Argument]?
            var subcommands: [Command]?
        }

        var command: Command
    }

    /// Every command has these, and the manual says so once.
    private static let common: Set = ["h", "-help", "-version"]

    private let commands: [Declaration.Command]
    private let manual: String

    init() throws {
        let dump = Data(MeteCommand._dumpHelp().utf8)
        commands = try (JSONDecoder().decode(Declaration.self, from: dump).command.subcommands ?? []).filter {
            $0.commandName != "help"
        }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        manual = try String(contentsOf: root.appending(path: "man/mete.1"), encoding: .utf8)
    }

    /// What follows a line until the next of one of these.
    private func part(after line: String, until ends: [String]) -> String? {
        guard let start = manual.range(of: line + "\n") else { return nil }
        let rest = manual[start.upperBound...]
        let end = ends.compactMap { rest.range(of: $0)?.lowerBound }.min() ?? rest.endIndex
        return String(rest[..<end])
    }

    private func flags(in text: String, onLinesThat isWanted: (Substring) -> Bool) -> Set<String> {
        var found: Set<String> = []
        for line in text.split(separator: "\n") where isWanted(line) {
            let words = line.split(separator: " ").map {
                String($0).trimmingCharacters(in: .punctuationCharacters.subtracting(["-"]))
            }
            for (word, next) in zip(words, words.dropFirst()) where word == "Fl" { found.insert(next) }
            // `Fl -a | -b` and `Fl o , -output` are written with one macro.
            for (bar, next) in zip(words, words.dropFirst()) where bar == "|" && next.hasPrefix("-") {
                found.insert(next)
            }
        }
        return found
    }

    private func declared(_ command: Declaration.Command) -> [Declaration.Argument] {
        (command.arguments ?? []).filter {
            $0.shouldDisplay && $0.kind != "positional" && !Self.common.isSuperset(of: ($0.names ?? []).map(\.flag))
        }
    }

    @Test func everyCommandIsThere() {
        #expect(commands.count > 10)
        for command in commands {
            #expect(
                part(after: ".Ss mete \(command.commandName)", until: [".Ss", ".Sh"]) != nil, "\(command.commandName)")
            #expect(manual.contains(".Nm mete\n.Cm \(command.commandName)\n"), "\(command.commandName) in SYNOPSIS")
        }
    }

    /// Each option has its words in the command's part and stands in the synopsis, and no other does.
    @Test func optionsAreThoseThatAreDeclared() throws {
        for command in commands {
            let name = command.commandName
            let words = try #require(part(after: ".Ss mete \(name)", until: [".Ss", ".Sh"]))
            let explained = flags(in: words) { $0.hasPrefix(".It ") }
            let known = Set(declared(command).flatMap { $0.names ?? [] }.map(\.flag))
            for option in declared(command) {
                let names = Set((option.names ?? []).map(\.flag))
                #expect(!names.isDisjoint(with: explained), "mete \(name): \(names) is not explained in mete(1)")
            }
            #expect(explained.subtracting(known).isEmpty, "mete \(name) has no \(explained.subtracting(known))")

            var synopsis: Set<String> = []
            var rest = manual[...]
            while let start = rest.range(of: ".Nm mete\n.Cm \(name)\n") {
                rest = rest[start.upperBound...]
                let end = [".Nm mete", ".Sh"].compactMap { rest.range(of: $0)?.lowerBound }.min() ?? rest.endIndex
                synopsis.formUnion(flags(in: String(rest[..<end])) { $0.hasPrefix(".Op ") || $0.hasPrefix(".Fl ") })
            }
            for option in declared(command) {
                let names = Set((option.names ?? []).map(\.flag))
                #expect(!names.isDisjoint(with: synopsis), "mete \(name): \(names) is not in the synopsis")
            }
            #expect(synopsis.subtracting(known).isEmpty, "mete \(name) has no \(synopsis.subtracting(known))")
        }
    }
}
