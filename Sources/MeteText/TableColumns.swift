/// Columns of fixed width for text output, two spaces apart.
package struct TableColumns {
    package struct Column {
        package enum Alignment { case left, right }

        package var title: String
        package var width: Int
        package var alignment: Alignment

        package init(_ title: String, width: Int, alignment: Alignment = .left) {
            self.title = title
            self.width = width
            self.alignment = alignment
        }
    }

    private let columns: [Column]

    package init(_ columns: [Column]) {
        self.columns = columns
    }

    package var header: String { line(columns.map(\.title)) }

    /// A row; when its first cell does not fit, that cell stands on a line above the others.
    package func row(_ cells: [String]) -> [String] {
        guard let name = cells.first, let column = columns.first, name.count > column.width else {
            return [line(cells)]
        }
        return TextLines.wrapped(name) + [line([""] + cells.dropFirst())]
    }

    private func line(_ cells: [String]) -> String {
        let padded = zip(columns, cells.map(TextLines.printable)).map { column, cell in
            let space = String(repeating: " ", count: max(0, column.width - cell.count))
            return column.alignment == .left ? cell + space : space + cell
        }
        let line = padded.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}
