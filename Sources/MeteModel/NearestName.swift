/// Finds what a misspelt word was probably meant to be.
package enum NearestName {
    /// The candidate with the fewest edits to `word`, if they are few for its length; the first of equals.
    package static func of(_ word: String, among candidates: [String]) -> String? {
        let folded = word.lowercased()
        let scored = candidates.map { ($0, distance(Array(folded), Array($0.lowercased()))) }
        guard let best = scored.min(by: { $0.1 < $1.1 }) else { return nil }
        return best.1 <= max(1, min(word.count, best.0.count) / 2) ? best.0 : nil
    }

    /// The candidates that a word may have been meant to be, the nearest first: those with few edits to it, and those that contain it. Of
    /// equally near ones, those that begin like it come first: words are seldom misspelt in their first letters.
    package static func several(_ word: String, among candidates: some Sequence<String>, most: Int) -> [String] {
        let folded = word.lowercased()
        let letters = Array(folded)
        var found: Set<String> = []
        var scored: [(distance: Int, prefix: Int, name: String)] = []
        for candidate in candidates where found.insert(candidate).inserted {
            let name = candidate.lowercased()
            let prefix = zip(folded, name).prefix { $0 == $1 }.count
            let most = max(1, min(letters.count, name.utf8.count) / 3)
            // What is so much longer or shorter needs more edits than that.
            if abs(name.utf8.count - letters.count) <= most {
                let distance = distance(letters, Array(name))
                if distance <= most {
                    scored.append((distance, prefix, candidate))
                    continue
                }
            }
            if letters.count > 1, name.contains(folded) {
                scored.append((letters.count + name.utf8.count, prefix, candidate))
            }
        }
        return scored.sorted { ($0.distance, $1.prefix, $0.name) < ($1.distance, $0.prefix, $1.name) }
            .prefix(most).map(\.name)
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    package static func distance(_ left: [Character], _ right: [Character]) -> Int {
        // Words this long are no misspelt field names; a row per character would only cost time.
        guard left.count <= 64, right.count <= 64 else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let same = left[row] == right[column]
                var cost = Swift.min(last[column] + (same ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                let isSwap =
                    row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
                if isSwap { cost = Swift.min(cost, beforeLast[column - 1] + 1) }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
