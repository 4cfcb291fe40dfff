import MeteModel

/// A chart of components over time: stacked areas, or lines where values do not add up.
struct Chart {
    enum Form {
        case stacked
        /// On a logarithmic axis.
        case lines
        /// Lines on an axis from 0.
        case levels
    }

    /// One area or line.
    struct Layer {
        var name: String
        var mark: String
        var values: Series
    }

    struct Size {
        var width: Double
        var height: Double
        /// Room on the right for names.
        var names: Double

        static let wide = Size(width: 1040, height: 260, names: 206)
        static let half = Size(width: 510, height: 220, names: 150)
    }

    let id: String
    let title: String
    let quantity: Quantity
    let form: Form
    let layers: [Layer]
    /// A line above which nothing can go.
    var limit: (name: String, values: Series)?
    let bins: Bins
    let size: Size

    private static let top = 12.0
    private static let bottom = 26.0
    private static let left = 52.0
    private static let lineHeight = 14.0

    // MARK: Data

    /// Sums of layers from the bottom up: of each its lower and upper line.
    private var stack: [(lower: Series, upper: Series)] {
        var sums = Series(repeating: 0, count: bins.count)
        return layers.map { layer in
            let lower = sums
            for index in sums.indices {
                sums[index] = layer.values[index].flatMap { value in sums[index].map { $0 + value } }
            }
            return (lower, sums)
        }
    }

    private var tops: Series { form == .stacked ? stack.last?.upper ?? [] : [] }

    private var all: [Double] {
        (form == .stacked ? [tops] : layers.map(\.values)).flatMap { $0 }.compactMap { $0 }
    }

    var isEmpty: Bool { !all.contains { $0 > 0 } }

    private var scale: Scale {
        if form == .lines, let least = all.min(), let most = all.max() { return Scale(durations: least...most) }
        let limits = limit?.values.compactMap { $0 } ?? []
        return Scale(upTo: max(all.max() ?? 0, limits.max() ?? 0), quantity)
    }

    /// What the highest point is, for those who do not see it.
    private var summary: String {
        var best: (name: String, value: Double, index: Int)?
        for layer in layers {
            for (index, value) in layer.values.enumerated() {
                if let value, value > best?.value ?? 0 { best = (layer.name, value, index) }
            }
        }
        guard let best else { return "Nothing in this time." }
        let time = CivilTime(nanosecondsSince1970: bins.start(of: best.index))
        return
            "The highest is \(quantity.said(best.value)), of \(best.name), at \(time.date) \(time.time) UTC."
    }

    // MARK: Drawing

    func svg() -> String {
        let scale = scale
        let times = TimeScale(bins.range, marks: size.width > 600 ? 8 : 4)
        let right = size.width - size.names
        let edges = (0...bins.count).map {
            Self.left + (right - Self.left) * times.position(bins.start(of: $0))
        }
        func height(_ value: Double) -> Double {
            size.height - Self.bottom - (size.height - Self.bottom - Self.top) * scale.position(value)
        }
        var parts = [
            """
            <svg\(size.width > 600 ? " class=\"wide\"" : "") viewBox="0 0 \(ChartPath.text(size.width)) \(ChartPath.text(size.height))" role="img" \
            aria-labelledby="\(id)-t \(id)-d"><title id="\(id)-t">\(HTMLText.escaped(heading(scale)))</title>\
            <desc id="\(id)-d">\(HTMLText.escaped(summary))</desc>
            """
        ]
        parts += axes(scale, times, right, height)
        switch form {
        case .stacked:
            for (layer, part) in zip(layers, stack) {
                let path = ChartPath(
                    area: edges, from: part.lower.map { $0.map(height) }, to: part.upper.map { $0.map(height) })
                parts.append("<path class=\"a \(layer.mark)\" d=\"\(path.data)\"/>")
            }
        case .lines, .levels:
            for layer in layers.reversed() {
                let path = ChartPath(line: edges, layer.values.map { $0.map(height) })
                parts.append("<path class=\"l \(layer.mark)\" d=\"\(path.data)\"/>")
            }
        }
        if let limit {
            let path = ChartPath(line: edges, limit.values.map { $0.map(height) })
            parts.append("<path class=\"limit\" d=\"\(path.data)\"/>")
        }
        parts += names(right, height) + hovers(edges)
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    /// With the unit of its axis.
    func heading(_ scale: Scale) -> String {
        let unit = form == .lines ? "logarithmic" : scale.unit
        return unit.isEmpty ? title : "\(title), \(unit)"
    }

    var heading: String { heading(scale) }

    private func axes(
        _ scale: Scale, _ times: TimeScale, _ right: Double, _ height: (Double) -> Double
    ) -> [String] {
        let base = size.height - Self.bottom
        var parts = scale.ticks.map { tick in
            let y = ChartPath.text(height(tick.value))
            return """
                <path class="g" d="M\(ChartPath.text(Self.left)) \(y)H\(ChartPath.text(right))"/>\
                <text class="n" x="\(ChartPath.text(Self.left - 6))" y="\(y)" dy=".32em">\(tick.label)</text>
                """
        }
        parts += times.ticks.map { tick in
            let x = ChartPath.text(Self.left + (right - Self.left) * times.position(tick.time))
            return """
                <path class="t" d="M\(x) \(ChartPath.text(base))v4"/>\
                <text class="m" x="\(x)" y="\(ChartPath.text(base + 17))">\(tick.label)</text>
                """
        }
        return parts
    }

    /// Names beside the ends of what they name, moved apart where they would touch.
    private func names(_ right: Double, _ height: (Double) -> Double) -> [String] {
        var labels: [(text: String, mark: String, wanted: Double)] = []
        let most = all.max() ?? 0
        for (index, layer) in layers.enumerated() {
            guard let peak = layer.values.compactMap({ $0 }).max(), form == .stacked ? peak > most / 200 : peak > 0,
                let last = layer.values.lastIndex(where: { $0 != nil })
            else { continue }
            let value: Double
            if form == .stacked {
                let part = stack[index]
                value = ((part.lower[last] ?? 0) + (part.upper[last] ?? 0)) / 2
            } else {
                value = layer.values[last] ?? 0
            }
            labels.append((layer.name, layer.mark, height(value)))
        }
        if let limit, let value = limit.values.last(where: { $0 != nil }) ?? nil {
            labels.append((limit.name, "limit", height(value)))
        }
        labels.sort { $0.wanted < $1.wanted }
        let places = Self.apart(
            labels.map(\.wanted), least: Self.lineHeight, within: Self.top...size.height - Self.bottom + 6)
        let room = Int((size.names - 20) / 7)
        return zip(labels, places).map { label, y in
            let short = HTMLText.escaped(HTMLText.shortened(label.text, to: room))
            let whole = label.text.count > room ? "<title>\(HTMLText.escaped(label.text))</title>" : ""
            let x = ChartPath.text(right + 18)
            return """
                <path class="k \(label.mark)" d="M\(ChartPath.text(right + 3)) \(ChartPath.text(label.wanted))\
                L\(ChartPath.text(right + 14)) \(ChartPath.text(y))"/>\
                <text class="e \(label.mark)" x="\(x)" y="\(ChartPath.text(y))" dy=".32em">\(short)\(whole)</text>
                """
        }
    }

    /// Moves sorted places apart, as little as it goes.
    static func apart(_ wanted: [Double], least: Double, within range: ClosedRange<Double>) -> [Double] {
        // Groups that would touch are spread around their middle; a group that grows may touch the next one.
        var groups: [(sum: Double, count: Int)] = []
        func top(_ group: (sum: Double, count: Int)) -> Double {
            let length = Double(group.count - 1) * least
            let middle = group.sum / Double(group.count)
            return max(range.lowerBound, min(range.upperBound - length, middle - length / 2))
        }
        for place in wanted {
            groups.append((place, 1))
            while groups.count > 1 {
                let (upper, lower) = (groups[groups.count - 2], groups[groups.count - 1])
                guard top(upper) + Double(upper.count) * least > top(lower) else { break }
                groups.removeLast(2)
                groups.append((upper.sum + lower.sum, upper.count + lower.count))
            }
        }
        return groups.flatMap { group in (0..<group.count).map { top(group) + Double($0) * least } }
    }

    /// Strips that say what is below the pointer, without any script.
    private func hovers(_ edges: [Double]) -> [String] {
        let strips = min(40, bins.count)
        return (0..<strips).compactMap { strip in
            let range = bins.count * strip / strips..<bins.count * (strip + 1) / strips
            let time = CivilTime(nanosecondsSince1970: bins.start(of: range.lowerBound))
            let lines = layers.compactMap { layer -> String? in
                guard let most = range.compactMap({ layer.values[$0] }).max(), most > 0 else { return nil }
                return "\(HTMLText.escaped(layer.name)): \(quantity.said(most))"
            }
            guard !lines.isEmpty else { return nil }
            let (x, end) = (edges[range.lowerBound], edges[range.upperBound])
            return """
                <rect class="h" x="\(ChartPath.text(x))" y="\(ChartPath.text(Self.top))" width="\(ChartPath.text(end - x))" \
                height="\(ChartPath.text(size.height - Self.top - Self.bottom))"><title>\(time.date) \(time.time) UTC
                \(lines.joined(separator: "\n"))</title></rect>
                """
        }
    }

    // MARK: The same as a table

    /// At most a dozen rows.
    func table() -> String {
        let rows = min(12, bins.count)
        let head =
            "<tr><th scope=\"col\">From (UTC)</th>"
            + layers.map { "<th scope=\"col\">\(HTMLText.escaped($0.name))</th>" }.joined() + "</tr>"
        let body = (0..<rows).map { row in
            let range = bins.count * row / rows..<bins.count * (row + 1) / rows
            let time = CivilTime(nanosecondsSince1970: bins.start(of: range.lowerBound))
            let cells = layers.map { layer -> String in
                let values = range.compactMap { layer.values[$0] }
                guard !values.isEmpty else { return "<td>\u{2013}</td>" }
                let value = form == .stacked ? values.reduce(0, +) / Double(values.count) : values.max() ?? 0
                return "<td>\(quantity.said(value))</td>"
            }
            return "<tr><th scope=\"row\">\(time.date) \(time.time)</th>\(cells.joined())</tr>"
        }
        let what = form == .stacked ? "mean of each stretch" : "highest of each stretch"
        return """
            <details><summary>The same as a table</summary><div class="scroll"><table><caption>\(HTMLText.escaped(heading)): \(what)\
            </caption><thead>\(head)</thead><tbody>\(body.joined(separator: "\n"))</tbody></table></div></details>
            """
    }

    func figure() -> String {
        """
        <figure><figcaption>\(HTMLText.escaped(heading))</figcaption>
        \(svg())
        \(table())</figure>
        """
    }
}
