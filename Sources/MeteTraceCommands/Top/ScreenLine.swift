/// One line of the screen in pieces of one style each.
struct ScreenLine: Equatable {
    struct Span: Equatable {
        var text: String
        var style: Style
    }

    /// What a piece means; `Terminal` knows how that looks.
    enum Style: Equatable {
        case plain
        case strong
        /// Nothing, or no more than an explanation.
        case faint
        /// The row that keys act on, and the page that is shown.
        case selected
        /// Worth a look: somebody waits, something was not seen.
        case warning
        /// Something is wrong: somebody waits more than it runs, something was lost.
        case alarm
    }

    private(set) var spans: [Span] = []
    private(set) var width = 0

    init() {}

    init(_ text: String, _ style: Style = .plain) {
        add(text, style)
    }

    /// - Parameter text: printable.
    mutating func add(_ text: String, _ style: Style = .plain) {
        guard !text.isEmpty else { return }
        width += CellText.width(text)
        if let last = spans.last, last.style == style {
            spans[spans.count - 1].text += text
        } else {
            spans.append(Span(text: text, style: style))
        }
    }

    /// Fills with spaces up to a column; nothing where it is longer.
    mutating func fill(to column: Int, _ style: Style = .plain) {
        if width < column { add(String(repeating: " ", count: column - width), style) }
    }

    /// Cut to as many cells.
    func prefix(_ cells: Int) -> ScreenLine {
        guard width > cells else { return self }
        var line = ScreenLine()
        for span in spans where line.width < cells {
            line.add(CellText.prefix(span.text, cells - line.width), span.style)
        }
        return line
    }

    /// Of one style throughout, and as wide as that.
    func whole(_ style: Style, _ cells: Int) -> ScreenLine {
        var line = ScreenLine(spans.map(\.text).joined(), style)
        line.fill(to: cells, style)
        return line
    }

    /// Without styles and spaces at the end.
    var text: String {
        String(spans.map(\.text).joined().reversed().drop { $0 == " " }.reversed())
    }
}
