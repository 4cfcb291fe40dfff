import SeededRandom
import Testing

@testable import MeteTrace

@Suite struct GlobTests {
    private func matches(_ pattern: String, _ text: String, separator: UInt8? = UInt8(ascii: "/")) -> Bool {
        Glob(pattern, separator: separator).matches(text.utf8.span)
    }

    @Test(
        arguments: [
            ("", ""), ("a", "a"), ("*", ""), ("*", "abc"), ("a*", "a"), ("*a", "bca"), ("a*c*e", "abcde"), ("?", "x"),
            ("/a/*/c", "/a/b/c"), ("/a/**", "/a/b/c"), ("/a/**", "/a/"), ("**/c", "/a/b/c"),
            ("**/pod*/**", "/k/pod1/x/y"),
            ("**a*/b", "/xa/ya1/b"), ("/a***b", "/a/x/b"), ("/[ab]", "/[ab]"), ("/a\\x2db*", "/a\\x2dbc"),
            ("a**?", "ab"), ("*é", "né"),
        ])
    func matchesPath(_ pattern: String, _ path: String) {
        #expect(matches(pattern, path))
    }

    @Test(
        arguments: [
            ("", "a"), ("a", ""), ("a", "ab"), ("ab", "a"), ("?", ""), ("?", "/"), ("*", "/"), ("/a/*", "/a/b/c"),
            ("/a/*/c", "/a//b/c"), ("/a/**/b", "/a/b"), ("**/c", "c"), ("*b*", "/b"), ("/[ab]", "/a"), ("a?c", "a/c"),
        ])
    func refusesPath(_ pattern: String, _ path: String) {
        #expect(!matches(pattern, path))
    }

    @Test func starsRunOverSlashesInTextsThatAreNoPaths() {
        #expect(matches("*worker*", "/usr/bin/app --role=worker /a/b", separator: nil))
        #expect(matches("a?b", "a/b", separator: nil))
    }

    @Test func patternsLongerThanAWordMatch() {
        let long = String(repeating: "abcdefgh", count: 40)
        #expect(matches("*\(long)*", "xx\(long)yy"))
        #expect(!matches("*\(long)*", "xx\(long.dropLast())yy"))
        #expect(matches("*\(long)?", "\(long)z"))
    }

    /// Backtracking would take longer than the universe has existed for these.
    @Test func manyStarsTakeOnePassOverTheText() {
        let text = String(repeating: "a", count: 4_000)
        #expect(!matches(String(repeating: "*a", count: 200) + "*b", text))
        #expect(matches(String(repeating: "*a", count: 200) + "*", text))
        #expect(!matches(String(repeating: "**a*/", count: 60), text))
    }

    /// The definition, followed word by word; exponential, so for short texts only.
    private func byDefinition(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if pattern.hasPrefix("**") {
            return byDefinition(pattern.dropFirst(2), text)
                || (!text.isEmpty && byDefinition(pattern, text.dropFirst()))
        }
        if first == "*" {
            return byDefinition(pattern.dropFirst(), text)
                || (!text.isEmpty && text.first != "/" && byDefinition(pattern, text.dropFirst()))
        }
        guard let next = text.first, first == "?" ? next != "/" : next == first else { return false }
        return byDefinition(pattern.dropFirst(), text.dropFirst())
    }

    @Test(arguments: [1, 2, 3, 4]) func agreesWithTheDefinition(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var matched = 0
        for _ in 0..<5_000 {
            let pattern = String(
                (0..<Int.random(in: 0...7, using: &random)).map { _ in "ab/**?".randomElement(using: &random) ?? "a" })
            let text = String(
                (0..<Int.random(in: 0...7, using: &random)).map { _ in "ab/".randomElement(using: &random) ?? "a" })
            let expected = byDefinition(Substring(pattern), Substring(text))
            matched += expected ? 1 : 0
            #expect(matches(pattern, text) == expected, "\(pattern) on \(text)")
        }
        #expect(matched > 100)
    }
}
