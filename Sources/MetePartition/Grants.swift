import MeteModel

/// Tells an allotment apart into the claims that produced it, in the resource's measure.
///
/// A sum of Doubles equals a given Double only by care. Every part but the last is therefore snapped to a grid: a power of
/// two, about a millionth of a unit. Multiples of it add up without rounding, and so does the last part, which is what is
/// missing to the amount. It holds for up to `Partition.mostUnits` units, in whichever order the parts are added.
struct Grants {
    let unit: Double
    private let grid: Double

    init(unit: Double) {
        self.unit = unit
        grid = unit.binade * 0x1p-20
    }

    /// Whole units beyond the demand are lent, what lacks to the next whole unit of demand is rounding.
    func explain(_ share: Share, quantile: Double) -> [Grant] {
        let amount = Double(share.units) * unit
        let claimed = min(share.served, share.demand)
        let guaranteed = min(share.guaranteed, claimed)
        let forecast = max(guaranteed, min(share.forecast, claimed))

        var account = Account(grid: grid, limit: share.excess < 0 ? amount : .infinity)
        account.add(.guarantee, guaranteed * unit)
        account.add(.forecast(quantile: quantile), (forecast - guaranteed) * unit)
        account.add(.measured, (claimed - forecast) * unit)
        account.add(.surplus, Double(max(0, share.target - share.need)) * unit)
        account.add(.kept, Double(max(0, share.excess)) * unit)
        return account.closed(at: amount)
    }
}

/// Grants on the way to an amount.
private struct Account {
    let grid: Double
    /// What the grants may add up to: where a raise was put off, the claims served last are the ones not granted yet.
    let limit: Double
    private var grants: [Grant] = []
    private var sum = 0.0

    init(grid: Double, limit: Double) {
        self.grid = grid
        self.limit = limit
        grants.reserveCapacity(4)
    }

    mutating func add(_ claim: Claim, _ amount: Double) {
        let snapped = (min(amount, limit - sum) / grid).rounded() * grid
        guard snapped > 0 else { return }
        grants.append(Grant(claim: claim, amount: snapped))
        sum += snapped
    }

    /// The grants with what is missing to `amount`: a rounding of its own, or, when it is less than the grid shows, part
    /// of the last grant.
    mutating func closed(at amount: Double) -> [Grant] {
        let missing = amount - sum
        let invisible = Double(2 * grants.count) * grid
        if let last = grants.last, abs(missing) <= invisible, last.amount + missing > 0 {
            grants[grants.count - 1].amount = amount - (sum - last.amount)
        } else if missing != 0 {
            grants.append(Grant(claim: .rounding, amount: missing))
        }
        return grants
    }
}
