package import MeteModel

/// Forecasts of series over what then came, as one page that needs nothing else.
package struct ForecastPage {
    /// One series: its demands, and what was forecast for each.
    package struct Part {
        package var name: String
        /// Nanoseconds of the first demand and from one to the next.
        package var start: Int64
        package var step: Nanoseconds
        package var demands: [Double?]
        package var forecasts: [Quantiles?]
        /// A head and rows of figures.
        package var head: [String]
        package var rows: [[String]]

        package init(
            name: String, start: Int64, step: Nanoseconds, demands: [Double?], forecasts: [Quantiles?], head: [String],
            rows: [[String]]
        ) {
            self.name = name
            self.start = start
            self.step = step
            self.demands = demands
            self.forecasts = forecasts
            self.head = head
            self.rows = rows
        }
    }

    private let parts: [Part]
    private let title: String
    private let version: String

    /// - Parameter version: of mete.
    package init(_ parts: [Part], title: String, version: String) {
        self.parts = parts
        self.title = title
        self.version = version
    }

    package var html: String {
        Page.html(
            title: "mete eval: \(title)",
            """
            <h1>\(HTMLText.escaped(title))</h1>
            <p class="facts">Areas are forecasts: up to the median, and from there up to the 0.95 quantile. The dashed line is the demand that came.</p>
            \(parts.indices.map { section($0) }.joined(separator: "\n"))
            <p class="soft">Made by mete \(HTMLText.escaped(version)) eval.</p>
            """)
    }

    private func section(_ index: Int) -> String {
        let part = parts[index]
        let last = max(0, part.demands.count - Bins.most)
        return """
            <h2>\(HTMLText.escaped(part.name))</h2>
            \(chart("s\(index)a", "All of it", part, from: 0).figure())
            \(last > 0 ? chart("s\(index)b", "The last \(Bins.most) values", part, from: last).figure() : "")
            \(table(part))
            """
    }

    private func chart(_ id: String, _ title: String, _ part: Part, from first: Int) -> Chart {
        let begin = part.start + Int64(first) * part.step
        let end = part.start + Int64(part.demands.count) * part.step
        let bins = Bins(begin...end, interval: part.step)
        func series(_ value: (Int) -> Double?) -> Series {
            var sums = [(sum: Double, count: Double)](repeating: (0, 0), count: bins.count)
            for index in first..<part.demands.count {
                let middle = part.start + Int64(index) * part.step + part.step / 2
                guard let value = value(index), value.isFinite, let bin = bins.index(of: middle) else { continue }
                sums[bin].sum += value
                sums[bin].count += 1
            }
            return sums.map { $0.count > 0 ? $0.sum / $0.count : nil }
        }
        return Chart(
            id: id, title: title, quantity: .count, form: .stacked,
            layers: [
                .init(name: "median forecast", mark: "c1", values: series { part.forecasts[$0]?.median }),
                .init(
                    name: "to the 0.95 quantile", mark: "c6",
                    values: series { index in part.forecasts[index].map { $0.p95 - $0.median } }),
            ],
            limit: ("demand", series { part.demands[$0] }), bins: bins, size: .wide)
    }

    private func table(_ part: Part) -> String {
        func row(_ cells: [String], _ tag: String, _ scope: String) -> String {
            let first = cells.first.map { "<th scope=\"\(scope)\">\(HTMLText.escaped($0))</th>" } ?? ""
            return "<tr>\(first)"
                + cells.dropFirst().map { "<\(tag)>\(HTMLText.escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return """
            <div class="scroll"><table><thead>\(row(part.head, "th", "col"))</thead><tbody>
            \(part.rows.map { row($0, "td", "row") }.joined(separator: "\n"))
            </tbody></table></div>
            """
    }
}
