/// Text as a field of CSV (RFC 4180, section 2).
enum CSVField {
    /// Looks at scalars: a quote with an accent on it is one character, CR and LF side by side are one, too.
    static func quoted(_ text: String) -> String {
        let special: [Unicode.Scalar] = [",", "\"", "\r", "\n"]
        guard text.unicodeScalars.contains(where: { special.contains($0) }) else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        quoted.unicodeScalars.append("\"")
        return quoted
    }
}
