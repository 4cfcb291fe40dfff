/// Makes names of components out of names that programs chose.
enum ComponentName {
    /// Longest name that is kept whole; a cgroup's name has at most 255 bytes.
    static let longest = 200

    /// The text with `_` for whatever would not do in a cgroup's name or in a table: slashes, blanks, control characters and
    /// bytes that are no UTF-8. What is too long is cut, and what is empty is `unnamed`.
    static func usable(_ text: Substring) -> String {
        guard !text.isEmpty else { return "unnamed" }
        var name = ""
        for scalar in text.unicodeScalars.prefix(longest) {
            let isUsable = scalar.value > 0x20 && scalar.value < 0x7f && scalar != "/"
            name.unicodeScalars.append(isUsable ? scalar : "_")
        }
        return name
    }

    static func usable(_ text: String) -> String {
        usable(Substring(text))
    }
}
