/// Values as a row of bars, the newest at the right.
enum Sparkline {
    /// - Parameters:
    ///   - values: the oldest first; nil where there is none.
    ///   - highest: the value of a full bar; without it the highest of the values.
    /// - Returns: exactly `width` characters; spaces where nothing is known.
    static func text(_ values: [Double?], width: Int, highest: Double? = nil, _ glyphs: Glyphs) -> String {
        let shown = values.suffix(max(0, width))
        let top = highest ?? shown.reduce(0) { max($0, $1 ?? 0) }
        let bars = shown.map { value -> Character in
            guard let value else { return " " }
            return glyphs.levels[level(of: value, in: top, glyphs.levels.count)]
        }
        return String(repeating: " ", count: max(0, width - bars.count)) + String(bars)
    }

    /// Anything above nothing is told from it, where there are as many levels.
    private static func level(of value: Double, in top: Double, _ levels: Int) -> Int {
        guard value > 0, top > 0 else { return 0 }
        return min(levels - 1, max(1, Int((value / top * Double(levels - 1)).rounded())))
    }
}
