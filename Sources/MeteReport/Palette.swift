/// Which components have a colour of their own on the whole page: those that took the largest share of anything. All others are one grey.
struct Palette: Equatable {
    static let most = 6

    /// Names, the colour of each at its place.
    let featured: [String]
    /// How many there are beside those.
    let others: Int

    init(_ components: [ReportData.Component]) {
        let measures: [ReportData.Measure] = [.used, .demand, .read, .written, .sent, .received, .resident]
        var weights = [Double](repeating: 0, count: components.count)
        for measure in measures {
            let sums = components.map { component in
                (component.series[measure] ?? []).reduce(0) { $0 + ($1 ?? 0) }
            }
            let whole = sums.reduce(0, +)
            guard whole > 0 else { continue }
            for (index, sum) in sums.enumerated() { weights[index] += sum / whole }
        }
        let order = components.indices.sorted {
            (weights[$1], components[$0].name) < (weights[$0], components[$1].name)
        }
        featured = order.prefix(Self.most).filter { weights[$0] > 0 }.map { components[$0].name }
        others = components.count - featured.count
    }

    /// The class of a component's marks in the style sheet.
    func mark(of name: String?) -> String {
        name.flatMap { featured.firstIndex(of: $0) }.map { "c\($0 + 1)" } ?? "c0"
    }

    var othersName: String { others == 1 ? "1 other" : "\(others) others" }
}
