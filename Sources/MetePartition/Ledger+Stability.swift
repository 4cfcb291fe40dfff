import MeteModel

/// From the previous plan towards the targets: fast up, slow down.
///
/// Every component ends between where it was and its target, and the units given away stay the same in number; from these
/// two facts the invariants of the targets carry over to the plan (see `Partition`). Up to three sorts of those components
/// whose target has moved; nothing is sorted when none has.
extension Ledger {
    /// Sets `units` and `change` of every share, and the state of its slow cut.
    mutating func settle(under stability: StabilityPolicy, unit: Double) {
        hold()
        raiseUrgent(deadBand: stability.deadBand)
        var balance = -allotted
        for share in shares { balance += share.units }
        if balance > 0 { cede(balance) }
        for index in shares.indices where shares[index].excess > 0 {
            shares[index].patience = shares[index].patience(stability, unit: unit)
        }
        lend(free: max(0, -balance), deadBand: stability.deadBand)
        for index in shares.indices { shares[index].close(stability) }
    }

    /// Everybody keeps what it had, up to its maximum.
    private mutating func hold() {
        for index in shares.indices {
            let previous = shares[index].previous ?? 0
            shares[index].units = min(previous, shares[index].ceiling)
            if shares[index].units < previous { shares[index].change = .ceded }
            shares[index].watch(cut: previous - shares[index].units)
        }
    }

    /// Fast up: raises to its need whoever lacks what the target gives it on claims.
    ///
    /// A component whose need cannot be met in full anyway, and that is within the dead band of its fair part of it, lets
    /// its peers be, unless a lower tier holds what it lacks: else two that contend would hand a unit back and forth.
    private mutating func raiseUrgent(deadBand: Double) {
        var lowestTier = Int.max
        for share in shares where share.excess > 0 { lowestTier = min(lowestTier, share.priority) }
        for index in shares.indices {
            let share = shares[index]
            let entitled = min(share.target, share.need)
            let lack = entitled - share.units
            guard lack > 0 else { continue }
            if entitled == share.need || share.units < share.floor || share.priority > lowestTier
                || Double(lack) >= deadBand * Double(share.units)
            {
                shares[index].units = entitled
                shares[index].change = .raised
            }
        }
    }

    /// Takes `amount` units from those above their targets: the lowest tier first, in it the one with most to spare, whole
    /// surpluses at a time so that few are changed.
    private mutating func cede(_ amount: Int) {
        var donors = shares.indices.filter { shares[$0].excess > 0 }
        donors.sort { first, second in
            let (left, right) = (shares[first], shares[second])
            if left.priority != right.priority { return left.priority < right.priority }
            return left.excess != right.excess ? left.excess > right.excess : first < second
        }
        var rest = amount
        for index in donors where rest > 0 {
            let cut = min(rest, shares[index].excess)
            shares[index].units -= cut
            shares[index].change = .ceded
            shares[index].watch(cut: cut)
            rest -= cut
        }
    }

    /// Slow down: lends `free` units, and those that have been too many for as long as their holder's patience, to whoever
    /// is below its target. A transfer that is within the dead band of both its sides is not made.
    private mutating func lend(free: Int, deadBand: Double) {
        let takers = shares.indices.filter { shares[$0].excess < 0 }
        guard !takers.isEmpty else { return }
        var lenders: [Side] = []
        for index in shares.indices where shares[index].isRipe {
            let amount = shares[index].surplusUnits
            lenders.append(Side(of: shares[index], at: index, amount: amount, deadBand: deadBand))
        }
        guard free > 0 || !lenders.isEmpty else { return }
        lenders.sort { $0.precedes($1, lowestTierFirst: true) }
        var borrowers = takers.map { Side(of: shares[$0], at: $0, amount: -shares[$0].excess, deadBand: deadBand) }
        borrowers.sort { $0.precedes($1, lowestTierFirst: false) }

        var free = free
        var lender = lenders.startIndex
        var borrower = borrowers.startIndex
        while borrower < borrowers.endIndex {
            let taker = borrowers[borrower]
            if free > 0 {
                let amount = min(free, taker.amount)
                free -= amount
                borrowers[borrower].amount -= amount
                raise(taker.index, by: amount)
            } else {
                guard lender < lenders.endIndex, lenders[lender].isLarge || taker.isLarge else { return }
                let amount = min(lenders[lender].amount, taker.amount)
                lenders[lender].amount -= amount
                borrowers[borrower].amount -= amount
                release(lenders[lender].index, amount)
                raise(taker.index, by: amount)
                if lenders[lender].amount == 0 { lender += 1 }
            }
            if borrowers[borrower].amount == 0 { borrower += 1 }
        }
    }

    private mutating func raise(_ index: Int, by amount: Int) {
        shares[index].units += amount
        if shares[index].change != .raised { shares[index].change = .lent }
    }

    private mutating func release(_ index: Int, _ amount: Int) {
        shares[index].units -= amount
        if shares[index].change != .ceded { shares[index].change = .released }
        shares[index].watch(cut: amount)
    }
}

/// One side of a transfer that nobody is in a hurry for.
private struct Side {
    var index: Int
    var priority: Int
    var amount: Int
    /// Whether the amount is outside the dead band of what the component has.
    var isLarge: Bool

    init(of share: Share, at index: Int, amount: Int, deadBand: Double) {
        self.index = index
        self.amount = amount
        priority = share.priority
        isLarge = Double(amount) >= deadBand * Double(share.units)
    }

    func precedes(_ other: Side, lowestTierFirst: Bool) -> Bool {
        if isLarge != other.isLarge { return isLarge }
        if priority != other.priority { return (priority < other.priority) == lowestTierFirst }
        return amount != other.amount ? amount > other.amount : index < other.index
    }
}
