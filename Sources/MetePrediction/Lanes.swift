/// Sixteen numbers that are computed with at once.
///
/// The standard library's sum, maximum, minimum and clamp go lane by lane; these go by halves, or by bits.
extension SIMD16<Float> {
    /// The sum of all lanes.
    @inline(__always)
    var total: Float {
        let eight = lowHalf + highHalf
        let four = eight.lowHalf + eight.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }

    /// The largest lane, to rounding: max(a, b) is half of a + b + |a - b|.
    @inline(__always)
    var largest: Float {
        let eight = 0.5 * (lowHalf + highHalf + (lowHalf - highHalf).magnitudes)
        let four = 0.5 * (eight.lowHalf + eight.highHalf + (eight.lowHalf - eight.highHalf).magnitudes)
        return Swift.max(Swift.max(four[0], four[1]), Swift.max(four[2], four[3]))
    }

    /// Each lane without its sign.
    @inline(__always)
    var magnitudes: Self {
        unsafeBitCast(unsafeBitCast(self, to: SIMD16<UInt32>.self) & 0x7FFF_FFFF, to: Self.self)
    }

    /// Each lane held within `limit` on both sides.
    @inline(__always)
    func held(within limit: Float) -> Self {
        // Hardly ever is any lane beyond it, and then the sum of squares is.
        if (self * self).total <= limit * limit { return self }
        return clamped(lowerBound: Self(repeating: -limit), upperBound: Self(repeating: limit))
    }

    /// The pinball losses of quantiles at `level` for `demand`: max(q s, (q - 1) s) at shortfall s, as (q - ½) s + ½ |s|.
    @inline(__always)
    static func pinballLosses(of quantiles: Self, at level: Float, for demand: Float) -> Self {
        let shortfalls = demand - quantiles
        return (level - 0.5) * shortfalls + 0.5 * shortfalls.magnitudes
    }
}

extension SIMD8<Float> {
    @inline(__always)
    fileprivate var magnitudes: Self {
        unsafeBitCast(unsafeBitCast(self, to: SIMD8<UInt32>.self) & 0x7FFF_FFFF, to: Self.self)
    }
}

extension SIMD4<Float> {
    /// Each lane without its sign.
    @inline(__always)
    var magnitudes: Self {
        unsafeBitCast(unsafeBitCast(self, to: SIMD4<UInt32>.self) & 0x7FFF_FFFF, to: Self.self)
    }

    /// Each lane, or 0 where it is negative.
    @inline(__always)
    var nonNegative: Self { 0.5 * (self + magnitudes) }
}
