import CMeteTerminal

/// Text as cells of a terminal: names come from programs, which may put into them whatever they like.
enum CellText {
    enum Alignment { case left, right }

    /// Cells that printable text takes.
    static func width(_ text: String) -> Int {
        isPlain(text) ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + max(0, width($1)) }
    }

    /// `text` with `?` for what would move the cursor, turn the direction of writing, or has no width that all terminals agree on.
    static func printable(_ text: String) -> String {
        if isPlain(text) { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let category = scalar.properties.generalCategory
            // wcwidth(3) finds a width for a zero byte, and for some marks of direction.
            let isFit = width(scalar) >= 0 && category != .control && category != .format
            clean.append(isFit ? scalar : "?")
        }
        return String(clean)
    }

    /// `text`, which must be printable, cut or filled with spaces to exactly as many cells.
    static func fitted(_ text: String, _ cells: Int, _ alignment: Alignment = .left) -> String {
        let cut = prefix(text, cells)
        let space = String(repeating: " ", count: max(0, cells - width(cut)))
        return alignment == .left ? cut + space : space + cut
    }

    /// As much of printable text as fits into as many cells; a character that would be cut in half is left out.
    static func prefix(_ text: String, _ cells: Int) -> String {
        if isPlain(text) { return text.utf8.count <= cells ? text : String(text.prefix(max(0, cells))) }
        var taken = String.UnicodeScalarView()
        var sum = 0
        for scalar in text.unicodeScalars {
            sum += max(0, width(scalar))
            if sum > cells { break }
            taken.append(scalar)
        }
        return String(taken)
    }

    /// Printable text for a terminal that shows ASCII alone.
    static func ascii(_ text: String) -> String {
        isPlain(text)
            ? text
            : text.unicodeScalars.map {
                $0.isASCII ? String($0) : String(repeating: "?", count: max(0, width($0)))
            }.joined()
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int { Int(mete_cell_width(scalar.value)) }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
    }
}
