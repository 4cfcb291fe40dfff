import MeteModel
import MeteTrace
import SeededRandom
import Testing

@testable import MeteTraceCommands

/// Screens of any size, with any names.
struct AnyScreenTests {
    @Test(arguments: 0..<200 as Range<UInt64>) func everyScreenFits(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var view = TopFixture.view()
        let name = Self.name(&random)
        view.samples[2].component = ComponentID(name)
        view.latencies[ComponentID(name)] = view.latencies.removeValue(forKey: TopFixture.web)
        for key in [TopFixture.web, TopFixture.batch] {
            var threads = view.detail?.threads.removeValue(forKey: key) ?? []
            for index in threads.indices { threads[index].name = Self.name(&random) }
            view.detail?.threads[key == TopFixture.web ? ComponentID(name) : key] = threads
        }
        let size = TopScreen.Size(
            columns: Int.random(in: 1...220, using: &random), rows: Int.random(in: 1...60, using: &random))
        let letters = Array("123456srtjkh/zd*gG[]{}q ab.+(")
        let others: [Key] = [.enter, .escape, .left, .right, .up, .down, .pageUp, .pageDown, .home, .end, .backspace]
        let keys = (0..<Int.random(in: 0...12, using: &random)).map { _ -> Key in
            Bool.random(using: &random) ? .character(random.pick(letters)) : random.pick(others)
        }
        let screen = TopFixture.screen(size.columns, size.rows, keys, TopFixture.moment(view))
        #expect(screen.lines.count == size.rows)
        for line in screen.lines {
            #expect(line.width <= size.columns)
            #expect(line.width == line.spans.reduce(0) { $0 + CellText.width($1.text) })
            for span in line.spans { #expect(CellText.printable(span.text) == span.text) }
        }
    }

    private static func name(_ random: inout SplitMix64) -> String {
        let parts = [
            "nginx", "字", "\u{1B}[2J", "\n", "\u{7}", "e\u{301}", "\u{202E}", "🙂", " ", "a-very-long-name-of-something",
        ]
        return (0..<Int.random(in: 0...6, using: &random)).map { _ in random.pick(parts) }.joined()
    }

    @Test func columnsAlwaysFit() {
        for page in TopPage.allCases {
            for layout in TopState.Layout.allCases {
                for sort in page.columns + [.name] {
                    guard sort.fits(layout) else { continue }
                    var request = TopRows.Request()
                    (request.page, request.layout, request.sort) = (page, layout, sort)
                    for width in 30...250 {
                        let found = TopLayout(request, width: width)
                        let sum = found.columns.reduce(found.nameWidth) { $0 + $1.width + TopLayout.gap }
                        let last = found.last.width > 0 ? found.last.width + TopLayout.gap : 0
                        #expect(sum + last == width, "\(page) \(layout) \(sort) \(width)")
                        #expect(found.nameWidth >= 14)
                        if width >= 40, sort != .name { #expect(found.columns.contains(sort)) }
                    }
                }
            }
        }
    }
}
