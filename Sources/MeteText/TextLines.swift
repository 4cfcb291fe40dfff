/// Text broken into lines for a terminal.
package enum TextLines {
    /// The widest line that any command prints without being told otherwise.
    package static let width = 100

    /// `text` broken at spaces into lines of at most `width`, the first indented by `indent` and the others by two more.
    ///
    /// Spaces inside a line are kept. A word that fits no line is broken where the line ends.
    package static func wrapped(_ text: String, indent: Int = 0, width: Int = Self.width) -> [String] {
        var lines: [String] = []
        var rest = Substring(printable(text))
        repeat {
            let margin = indent + (lines.isEmpty ? 0 : 2)
            let room = max(1, width - margin)
            var line = rest.prefix(room)
            if line.endIndex < rest.endIndex, rest[line.endIndex] != " ", let space = line.lastIndex(of: " "),
                line[..<space].contains(where: { $0 != " " })
            {
                line = line[..<space]
            }
            rest = rest[line.endIndex...].drop { $0 == " " }
            lines.append(String(repeating: " ", count: margin) + line)
        } while !rest.isEmpty
        return lines
    }

    /// `text` with every control character as `?`: the name of a thread or group may hold one, and it could rewrite the
    /// terminal.
    package static func printable(_ text: String) -> String {
        String(text.map { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "?" : $0 })
    }
}
