import MeteText

/// Lines with the same columns, as a table for people, or as CSV or JSON lines with what was counted.
final class RowReport {
    struct Column {
        /// In CSV and JSON.
        var name: String
        var title: String
        var width: Int
        var isNumber: Bool

        init(_ name: String, _ title: String, width: Int, isNumber: Bool = false) {
            self.name = name
            self.title = title
            self.width = width
            self.isNumber = isNumber
        }
    }

    /// One value, as people read it and as files get it.
    struct Cell {
        enum Value {
            case number(Int64)
            case fraction(Double)
            case text(String)
            case texts([String])
            case none
        }

        var shown: String
        var value: Value

        static func text(_ text: String) -> Cell { Cell(shown: text, value: .text(text)) }
        static func text(_ text: String?) -> Cell { text.map { .text($0) } ?? Cell(shown: "\u{2013}", value: .none) }
        static func texts(_ texts: [String]) -> Cell {
            Cell(shown: texts.joined(separator: "; "), value: .texts(texts))
        }
        static func number(_ number: Int64, shown: String? = nil) -> Cell {
            Cell(shown: shown ?? "\(number)", value: .number(number))
        }
        static func fraction(_ fraction: Double?, shown: String? = nil) -> Cell {
            guard let fraction else { return Cell(shown: "\u{2013}", value: .none) }
            return Cell(shown: shown ?? Figure.fixed(fraction, 3), value: .fraction(fraction))
        }
    }

    private let columns: [Column]
    private let format: QueryFormat
    private let table: TableColumns
    private var hasHead = false

    init(_ columns: [Column], format: QueryFormat) {
        self.columns = columns
        self.format = format
        table = TableColumns(
            columns.map { .init($0.title, width: $0.width, alignment: $0.isNumber ? .right : .left) })
    }

    func print(_ cells: [Cell]) {
        printHead()
        switch format {
        case .table:
            for line in table.row(cells.map(\.shown)) { Console.line(line) }
        case .csv:
            Console.line(cells.map { Self.csv($0.value) }.joined(separator: ","))
        case .json:
            let fields = zip(columns, cells).map { "\(Self.json(.text($0.name))):\(Self.json($1.value))" }
            Console.line("{" + fields.joined(separator: ",") + "}")
        }
    }

    private func printHead() {
        guard !hasHead else { return }
        hasHead = true
        switch format {
        case .table: Console.line(table.header)
        case .csv: Console.line(columns.map(\.name).joined(separator: ","))
        case .json: break
        }
    }

    /// Nothing more comes. Where nothing came there is a head without lines, and why.
    func end(saying why: String = "nothing of that is recorded in the time that was asked for") {
        if !hasHead { Console.note(why) }
        printHead()
    }

    private static func csv(_ value: Cell.Value) -> String {
        let text: String
        switch value {
        case .number(let number): return "\(number)"
        case .fraction(let fraction): return "\(fraction)"
        case .none: return ""
        case .text(let one): text = one
        case .texts(let all): text = all.joined(separator: "; ")
        }
        return CSVField.quoted(text)
    }

    private static func json(_ value: Cell.Value) -> String {
        switch value {
        case .number(let number): "\(number)"
        case .fraction(let fraction): fraction.isFinite ? "\(fraction)" : "null"
        case .none: "null"
        case .text(let text): JSONString.quoted(text)
        case .texts(let texts): "[" + texts.map { json(.text($0)) }.joined(separator: ",") + "]"
        }
    }
}
