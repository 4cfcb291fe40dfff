import MeteModel
import MeteTrace

/// A window that is over.
struct PastWindow {
    var view: TraceView
    /// When it ended, in nanoseconds since 1970.
    var end: Int64
    /// Whether its threads were given up for want of memory.
    var isThinned = false
}

/// The last windows, in bounded memory: when that is used up, the oldest lose their threads first, and only when none of the older half
/// has any, the oldest are given up.
struct History {
    private var windows: [PastWindow] = []
    /// Number of the first one that is kept; numbers go on for ever.
    private var firstNumber = 0
    /// Windows given up at the front that still stand in the array.
    private var gap = 0
    /// Windows from the first one on that have lost their threads.
    private var thinned = 0
    private var bytes = 0
    private let mostBytes: Int

    init(mostBytes: Int) {
        self.mostBytes = mostBytes
    }

    /// Numbers of those that are kept.
    var numbers: Range<Int> { firstNumber..<firstNumber + windows.count - gap }

    subscript(number: Int) -> PastWindow { windows[gap + number - firstNumber] }

    mutating func append(_ view: TraceView, end: Int64) {
        windows.append(PastWindow(view: view, end: end))
        bytes += Self.size(of: view)
        while bytes > mostBytes, numbers.count > 1 {
            if thinned < numbers.count / 2 { thin() } else { giveUp() }
        }
    }

    private mutating func thin() {
        let place = gap + thinned
        thinned += 1
        guard let detail = windows[place].view.detail, !detail.threads.isEmpty else { return }
        bytes -= Self.size(of: windows[place].view)
        windows[place].view.detail?.threads = [:]
        windows[place].isThinned = true
        bytes += Self.size(of: windows[place].view)
    }

    private mutating func giveUp() {
        bytes -= Self.size(of: windows[gap].view)
        windows[gap].view.samples = []
        windows[gap].view.latencies = [:]
        windows[gap].view.detail = nil
        gap += 1
        firstNumber += 1
        thinned = max(0, thinned - 1)
        // Moving the rest is paid for by as many that went.
        if gap > windows.count / 2 {
            windows.removeFirst(gap)
            gap = 0
        }
    }

    /// About what a window takes.
    static func size(of view: TraceView) -> Int {
        // A sample has a table of sockets beside it, and an entry among the latencies.
        let component = 2 * (MemoryLayout<UsageSample>.stride + MemoryLayout<TraceView.Latencies>.stride)
        guard let detail = view.detail else { return 256 + view.samples.count * component }
        let threads = detail.threads.values.reduce(0) { $0 + $1.count }
        let disturbances = detail.disturbances.values.reduce(0) { $0 + $1.count }
        return 256 + view.samples.count * component + threads * MemoryLayout<ThreadUsage>.stride
            + disturbances * MemoryLayout<Disturbance>.stride + detail.disks.count * MemoryLayout<DiskSample>.stride
    }
}
