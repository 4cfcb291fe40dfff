/// Weighted max-min fairness: the level to which a tank is filled so that basins of different widths hold an amount
/// together.
///
/// At level L a basin holds L times its weight, but at least `least` and at most `most`. What all hold together is a
/// function of L that only rises, and that bends where a basin is reached or is full. The bends are sorted once and
/// searched by halves for the two between which the amount lies; there the function is a line, so the level is exact.
/// O(n log n); sums are taken anew and never by subtraction, so that weights of very different sizes do no harm.
struct WaterLevel {
    struct Basin {
        var weight: Double
        var least: Double
        var most: Double

        func content(at level: Double) -> Double {
            min(max(level * weight, least), most)
        }
    }

    let level: Double

    /// The level at which `basins` hold `amount`: 0 when they hold as much empty, that of the fullest when `amount` is
    /// more than they can hold.
    init(of amount: Double, in basins: [Basin]) {
        var bends = [0.0]
        bends.reserveCapacity(2 * basins.count + 1)
        for basin in basins where basin.most > basin.least {
            if basin.least > 0 { bends.append(basin.least / basin.weight) }
            bends.append(basin.most / basin.weight)
        }
        bends.sort()

        // The last bend at which they hold at most the amount.
        var low = 0
        var high = bends.count
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if Self.content(of: basins, at: bends[middle]) <= amount { low = middle } else { high = middle }
        }
        guard high < bends.count else {
            level = bends[low]
            return
        }
        let middle = bends[low] + (bends[high] - bends[low]) / 2
        var held = 0.0
        var width = 0.0
        for basin in basins {
            held += basin.content(at: bends[low])
            let atMiddle = middle * basin.weight
            if atMiddle > basin.least, atMiddle < basin.most { width += basin.weight }
        }
        let rise = width > 0 ? max(0, (amount - held) / width) : 0
        level = min(bends[low] + rise, bends[high])
    }

    private static func content(of basins: [Basin], at level: Double) -> Double {
        var sum = 0.0
        for basin in basins { sum += basin.content(at: level) }
        return sum
    }
}
