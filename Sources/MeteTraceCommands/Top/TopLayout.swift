/// Which columns there is room for, and how wide each is.
struct TopLayout: Equatable {
    enum Last: Equatable {
        case none
        /// The course of components.
        case history(Int)
        /// What stood in the way of components.
        case disturbers(Int)
        /// Whose a process or thread is.
        case component(Int)

        var width: Int {
            switch self {
            case .none: 0
            case .history(let width), .disturbers(let width), .component(let width): width
            }
        }
    }

    static let gap = 2

    var nameWidth: Int
    var columns: [TopColumn]
    var last: Last

    private static let leastName = 14
    private static let comfortableName = 24
    private static let widestName = 44
    private static let leastLast = 10
    private static let widestHistory = 60

    init(_ request: TopRows.Request, width: Int) {
        let page = request.page
        let wanted = page.priorities.filter { $0 != request.sort && $0.fits(request.layout) }
        let order = (request.sort == .name ? [] : [request.sort]) + wanted
        var room = width - (width < 60 ? Self.leastName : Self.comfortableName)
        var chosen: Set<TopColumn> = []
        func take(_ columns: some Sequence<TopColumn>) {
            for column in columns where column.width + Self.gap <= room {
                chosen.insert(column)
                room -= column.width + Self.gap
            }
        }
        // The numbers that matter most, then what needs no reading, then the others.
        take(order.prefix(page == .delays ? 3 : 4))
        let leastLast = (page == .delays && request.layout == .tree ? 2 : 1) * Self.leastLast
        let hasLast = room >= leastLast + Self.gap
        if hasLast { room -= leastLast + Self.gap }
        take(order.dropFirst(page == .delays ? 3 : 4))
        columns = page.columns.filter(chosen.contains)
        let taken = columns.reduce(0) { $0 + $1.width + Self.gap }
        guard hasLast else {
            nameWidth = max(1, width - taken)
            last = .none
            return
        }
        let rest = width - taken - Self.gap
        var name = min(Self.widestName, rest - leastLast)
        if request.layout != .tree {
            let component = max(leastLast, rest - name)
            last = .component(component)
        } else if page == .delays {
            name = min(name, max(Self.comfortableName, rest / 2))
            last = .disturbers(rest - name)
        } else {
            last = .history(min(Self.widestHistory, rest - name))
        }
        nameWidth = rest - last.width
    }
}
