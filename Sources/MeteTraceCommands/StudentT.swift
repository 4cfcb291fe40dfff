import Glibc

/// Student's distribution, for tests of means whose variance is estimated.
enum StudentT {
    /// The probability that chance alone makes t larger, in either direction: the regularised incomplete beta function at ν / (ν + t²) with
    /// the parameters ν / 2 and 1 / 2 (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.1).
    ///
    /// - Parameter freedom: degrees of it, ν; need not be whole.
    static func twoSided(_ t: Double, freedom: Double) -> Double {
        incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
    }

    /// What t exceeds with a probability in either direction.
    static func quantile(twoSided probability: Double, freedom: Double) -> Double {
        var (lower, upper) = (0.0, 1.0)
        while twoSided(upper, freedom: freedom) > probability, upper < 1e9 { upper *= 2 }
        for _ in 0..<60 {
            let middle = (lower + upper) / 2
            if twoSided(middle, freedom: freedom) > probability { lower = middle } else { upper = middle }
        }
        return upper
    }

    /// By the continued fraction of NIST's Digital Library of Mathematical Functions, 8.17.22, from its beginning on (Lentz).
    private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // It converges fast on this side alone.
        guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
        var (numerator, denominator, fraction) = (1.0, 0.0, 1.0)
        for term in 0..<500 {
            let m = Double(term / 2)
            let coefficient =
                term == 0
                ? 1
                : term % 2 == 0
                    ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                    : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            denominator = 1 / nonzero(1 + coefficient * denominator)
            numerator = nonzero(1 + coefficient / numerator)
            let factor = numerator * denominator
            fraction *= factor
            if abs(factor - 1) < 1e-14 { break }
        }
        let front = a * log(x) + b * log1p(-x) - (logGamma(a) + logGamma(b) - logGamma(a + b))
        return min(1, exp(front) / a * (fraction - 1))
    }

    private static func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }

    private static func logGamma(_ value: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(value, &sign)
    }
}
