import MeteModel
import Testing

@testable import MeteReport

struct ChartTests {
    private let edges = [0.0, 10, 20, 30, 40]

    @Test func aLineGoesThroughTheMiddlesOfBins() {
        let path = ChartPath(line: edges, [5, 7, 9, 9])
        #expect(path.data == "M0 5L5 5L15 7L25 9L40 9")
    }

    @Test func whatIsMissingIsAGap() {
        #expect(ChartPath(line: edges, [5, nil, 9, nil]).data == "M0 5L10 5M20 9L30 9")
        #expect(ChartPath(line: edges, [nil, nil, nil, nil]).data.isEmpty)
        #expect(ChartPath.runs([nil, 1, 2, nil, 3]) == [1..<3, 4..<5])
    }

    @Test func anAreaIsClosed() {
        let path = ChartPath(area: edges, from: [10, 10, 10, 10], to: [5, 5, 2, 5])
        #expect(path.data == "M0 5L15 5L25 2L35 5L40 5L40 10L0 10Z")
    }

    @Test(arguments: [(1.0, "1"), (1.25, "1.3"), (-0.04, "0"), (-3.5, "-3.5"), (100, "100")])
    func coordinatesAreShort(number: Double, text: String) {
        #expect(ChartPath.text(number) == text)
    }

    private static let places: [(wanted: [Double], places: [Double])] = [
        ([10, 40, 90], [10, 40, 90]), ([10, 12, 14], [0, 14, 28]), ([98, 99], [86, 100]), ([], []),
        ([10, 50, 52, 54], [10, 38, 52, 66]),
    ]

    @Test(arguments: places) func namesAreMovedApart(wanted: [Double], places: [Double]) {
        #expect(Chart.apart(wanted, least: 14, within: 0...100) == places)
    }

    private func chart(_ names: [String], form: Chart.Form = .stacked) -> Chart {
        let bins = Bins(0...100 * .perSecond, interval: .perSecond)
        let layers = names.enumerated().map { index, name in
            Chart.Layer(
                name: name, mark: "c\(index + 1)",
                values: (0..<bins.count).map { $0 % 10 == 9 ? nil : Double(index + 1) * 1000 })
        }
        return Chart(
            id: "x", title: "Title", quantity: .duration, form: form, layers: layers, bins: bins, size: .wide)
    }

    @Test(arguments: [Chart.Form.stacked, .lines]) func aChartSaysWhatItShows(form: Chart.Form) throws {
        let text = chart(["web", "db"], form: form).figure()
        let all = try MarkupText(text).root.all
        let svg = try #require(all.first { $0.name == "svg" })
        #expect(svg.attributes["role"] == "img")
        #expect(svg.children.first { $0.name == "title" }?.ownText.hasPrefix("Title, ") == true)
        #expect(
            svg.children.first { $0.name == "desc" }?.text
                == "The highest is 2.00 µs, of db, at 1970-01-01 00:00:00 UTC.")
        let names = svg.children.filter { $0.name == "text" && $0.attributes["class"]?.hasPrefix("e ") == true }
        #expect(Set(names.map(\.text)) == ["web", "db"])
        #expect(all.count { $0.name == "tr" } == 13)
    }

    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "two\nlines", "a & b", "'quoted'",
        "\u{1}\u{202E}",
    ]

    /// Whatever the name is, the markup around it stays what it was.
    @Test(arguments: hostile) func namesAreEscaped(name: String) throws {
        func shape(_ names: [String]) throws -> [String] {
            try MarkupText(chart(names).figure()).root.all.map(\.name).filter { $0 != "title" }
        }
        #expect(try shape([name, "db"]) == shape(["web", "db"]))
        let escaped = HTMLText.escaped(name).unicodeScalars
        #expect(!escaped.contains { "<>\"'\n\u{1}\u{202E}".unicodeScalars.contains($0) })
    }

    /// The detector: what a lenient reader would take is refused.
    @Test(arguments: ["<p>", "<p></b>", "a & b", "<p x=1></p>", "a < b", "</p>"])
    func theParserIsStrict(text: String) {
        #expect(throws: MarkupText.Malformed.self) { try MarkupText(text) }
    }

    @Test func longNamesAreCutInTheMiddle() {
        #expect(HTMLText.shortened("user-1000.slice/app.service", to: 11) == "user-\u{2026}rvice")
        #expect(HTMLText.shortened("short", to: 11) == "short")
    }
}
