/// Who has been served with how much, and what is left. In fractions of units; `apportion` makes them whole.
struct Ledger {
    /// Ascending by id.
    var shares: [Share]
    /// Whole units that the capacity holds.
    let units: Int
    private(set) var left: Double

    init(shares: [Share], units: Int) {
        self.shares = shares
        self.units = units
        left = Double(units)
    }

    /// Units that a plan gives away: all, unless everybody is at its maximum.
    var allotted: Int {
        var sum = 0
        for share in shares { sum += share.ceiling }
        return min(units, sum)
    }

    // MARK: Steps

    /// Gives everybody its guarantee up to demand, rounded up to whole units. When they do not fit, the higher tiers get
    /// theirs and the first tier that does not fit shares what is left in proportion.
    mutating func serveGuarantees() {
        var sum = 0
        for share in shares { sum += share.floor }
        if sum <= units {
            for index in shares.indices { shares[index].served = Double(shares[index].floor) }
            left = Double(units - sum)
            return
        }
        for tier in tiers() {
            var wanted = 0.0
            for index in tier { wanted += Double(shares[index].floor) }
            let part = wanted > left ? left / wanted : 1
            for index in tier { shares[index].served = Double(shares[index].floor) * part }
            left = max(0, left - wanted)
        }
    }

    /// Serves the demand above the guarantees, tier by tier. The first tier that does not fit shares by weighted max-min,
    /// in which what its members were guaranteed counts as part of what they get.
    mutating func serveDemand() {
        var wanted = 0.0
        for share in shares { wanted += max(0, share.demand - share.served) }
        if wanted <= left {
            for index in shares.indices { shares[index].served = max(shares[index].served, shares[index].demand) }
            left -= wanted
            return
        }
        for tier in tiers() where left > 0 {
            var wanted = 0.0
            for index in tier { wanted += max(0, shares[index].demand - shares[index].served) }
            if wanted <= left {
                for index in tier { shares[index].served = max(shares[index].served, shares[index].demand) }
                left -= wanted
            } else {
                fill(tier)
                left = 0
            }
        }
    }

    /// Divides what nobody claimed by weight: first to make whole the units in which demands end, so that nobody is lent
    /// anything while a fraction of another one's demand has no unit, then up to each one's maximum.
    mutating func lendSurplus() {
        pour { Double($0.need) }
        pour { Double($0.ceiling) }
    }

    /// Divides `left` by weight, up to `brim` of each.
    private mutating func pour(upTo brim: (Share) -> Double) {
        guard left > 0 else { return }
        var room = 0.0
        var basins: [WaterLevel.Basin] = []
        basins.reserveCapacity(shares.count)
        for share in shares {
            let basin = WaterLevel.Basin(weight: share.weight, least: 0, most: max(0, brim(share) - share.served))
            room += basin.most
            basins.append(basin)
        }
        if room <= left {
            for (index, basin) in basins.enumerated() { shares[index].served += basin.most }
            left -= room
        } else {
            let level = WaterLevel(of: left, in: basins).level
            for (index, basin) in basins.enumerated() { shares[index].served += basin.content(at: level) }
            left = 0
        }
    }

    /// Makes the targets whole by largest remainder; equal remainders in the order of ids.
    ///
    /// Nobody moves by a whole unit, so floors and ceilings, which are whole, still hold. And it is monotone where the
    /// partition needs it: let one fraction rise while all others fall. Another one can only come to stand before it by
    /// falling past a whole number, and that whole unit is then handed out as well; so the one is never rounded to less.
    mutating func apportion() {
        var rest = allotted
        var remainders: [(fraction: Double, index: Int)] = []
        remainders.reserveCapacity(shares.count)
        for index in shares.indices {
            let whole = Share.roundedDown(shares[index].served)
            shares[index].target = whole
            rest -= whole
            let fraction = shares[index].served - Double(whole)
            if fraction > Share.tolerance { remainders.append((fraction, index)) }
        }
        guard rest > 0 else { return }
        remainders.sort { $0.fraction != $1.fraction ? $0.fraction > $1.fraction : $0.index < $1.index }
        for remainder in remainders.prefix(rest) { shares[remainder.index].target += 1 }
    }

    // MARK: Tiers

    /// Indices of the shares by tier, the highest priority first, each tier ascending.
    private func tiers() -> [ArraySlice<Int>] {
        let order = shares.indices.sorted { first, second in
            let (left, right) = (shares[first].priority, shares[second].priority)
            return left != right ? left > right : first < second
        }
        var tiers: [ArraySlice<Int>] = []
        var start = 0
        for end in order.indices.dropFirst() where shares[order[end]].priority != shares[order[start]].priority {
            tiers.append(order[start..<end])
            start = end
        }
        tiers.append(order[start...])
        return tiers
    }

    /// Shares `left` inside a tier by weighted max-min.
    private mutating func fill(_ tier: ArraySlice<Int>) {
        var held = 0.0
        var basins: [WaterLevel.Basin] = []
        basins.reserveCapacity(tier.count)
        for index in tier {
            let share = shares[index]
            held += share.served
            basins.append(.init(weight: share.weight, least: share.served, most: max(share.served, share.demand)))
        }
        let level = WaterLevel(of: held + left, in: basins).level
        for (index, basin) in zip(tier, basins) { shares[index].served = basin.content(at: level) }
    }
}
