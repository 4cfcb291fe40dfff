/// Text for HTML and SVG.
enum HTMLText {
    /// Safe between tags and inside quoted attributes, whatever it is: names are chosen by whoever runs a process. Line breaks become spaces,
    /// and what cannot stand in a page at all becomes U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\r", "\t": escaped += " "
            case _ where scalar.properties.generalCategory == .control: escaped += "\u{FFFD}"
            // Marks that turn the direction of what follows would let a name rewrite its neighbours.
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// At most so many characters, the middle left out: names of groups differ at both ends.
    static func shortened(_ text: String, to most: Int) -> String {
        guard text.count > most else { return text }
        let head = (most - 1) / 2
        return text.prefix(head) + "\u{2026}" + text.suffix(most - 1 - head)
    }
}
