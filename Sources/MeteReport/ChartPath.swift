/// Lines and areas as paths of SVG, in coordinates of the chart, to a tenth.
struct ChartPath {
    private(set) var data = ""

    /// A line through the middles of the bins, cut where there is no value; one that stands alone is as wide as its bin.
    ///
    /// - Parameters:
    ///   - edges: where bins begin, and where the last one ends.
    ///   - heights: of the values; nil for none.
    init(line edges: [Double], _ heights: [Double?]) {
        for run in Self.runs(heights) {
            let points = Self.points(edges, run, run.map { heights[$0] ?? 0 })
            data += Self.polyline(points, begin: "M")
        }
    }

    /// What is between two lines.
    init(area edges: [Double], from lower: [Double?], to upper: [Double?]) {
        for run in Self.runs(upper) {
            let top = Self.points(edges, run, run.map { upper[$0] ?? 0 })
            let bottom = Self.points(edges, run, run.map { lower[$0] ?? upper[$0] ?? 0 })
            data += Self.polyline(top, begin: "M") + Self.polyline(bottom.reversed(), begin: "L") + "Z"
        }
    }

    private typealias Point = (x: Double, y: Double)

    /// Ranges of bins that have a value.
    static func runs(_ values: [Double?]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for index in 0...values.count {
            let isKnown = index < values.count && values[index] != nil
            if isKnown, start == nil { start = index }
            if !isKnown, let begin = start {
                runs.append(begin..<index)
                start = nil
            }
        }
        return runs
    }

    /// The middles of the bins, and on both sides the same height out to the edge.
    private static func points(_ edges: [Double], _ run: Range<Int>, _ heights: [Double]) -> [Point] {
        let middles = zip(run, heights).map { index, height in
            Point(x: (edges[index] + edges[index + 1]) / 2, y: height)
        }
        guard let first = middles.first, let last = middles.last else { return [] }
        return [Point(x: edges[run.lowerBound], y: first.y)] + middles + [Point(x: edges[run.upperBound], y: last.y)]
    }

    /// Points on a level line are left out.
    private static func polyline(_ points: [Point], begin: String) -> String {
        var path = ""
        for (index, point) in points.enumerated() {
            let isLevel =
                index > 0 && index + 1 < points.count && text(point.y) == text(points[index - 1].y)
                && text(point.y) == text(points[index + 1].y)
            if isLevel { continue }
            path += "\(path.isEmpty ? begin : "L")\(Self.text(point.x)) \(Self.text(point.y))"
        }
        return path
    }

    /// A coordinate.
    static func text(_ number: Double) -> String {
        let tenths = Int64((number * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let rest = tenths.magnitude % 10
        return "\(sign)\(tenths.magnitude / 10)\(rest == 0 ? "" : ".\(rest)")"
    }
}
