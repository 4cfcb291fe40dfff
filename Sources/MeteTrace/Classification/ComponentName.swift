/// Makes names of components out of names that programs chose.
enum ComponentName {
    /// Longest name that is kept whole; a cgroup's name has at most 255 bytes.
    static let longest = 200

    /// The text with `_` for whatever would not do in a cgroup's name or in a table: slashes, blanks, control characters and
    /// bytes that are no UTF-8. What is too long ends in a hash of the whole, and what is empty is `unnamed`.
    static func usable(_ text: Substring) -> String {
        guard !text.isEmpty else { return "unnamed" }
        var name = ""
        for scalar in text.unicodeScalars {
            let isUsable = scalar.value > 0x20 && scalar.value < 0x7f && scalar != "/"
            name.unicodeScalars.append(isUsable ? scalar : "_")
        }
        return short(name, to: longest, of: text)
    }

    /// A name that is not longer than `longest` bytes; of one that was, the beginning with a hash of the whole text behind it, so that
    /// different texts have different names.
    static func short(_ name: String, to longest: Int, of text: Substring) -> String {
        guard name.utf8.count > longest else { return name }
        let end = "~" + hash(text)
        var beginning = ""
        for scalar in name.unicodeScalars {
            guard beginning.utf8.count + UTF8.width(scalar) + end.utf8.count <= longest else { break }
            beginning.unicodeScalars.append(scalar)
        }
        return beginning + end
    }

    /// FNV-1a, 64 bits, in hexadecimal.
    private static func hash(_ text: Substring) -> String {
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }

    static func usable(_ text: String) -> String {
        usable(Substring(text))
    }
}
