/// Logarithms without a C library, for what is computed now and then.
enum Logarithm {
    /// The natural logarithm of a positive, finite number, to about 1e-12.
    static func natural(_ value: Double) -> Double {
        // ln(m 2ᵉ) = e ln 2 + 2 artanh((m - 1) / (m + 1)), m in [1, 2).
        let ratio = (value.significand - 1) / (value.significand + 1)
        let square = ratio * ratio
        var term = ratio
        var sum = 0.0
        for order in stride(from: 1.0, through: 41, by: 2) {
            sum += term / order
            term *= square
        }
        return Double(value.exponent) * 0.693_147_180_559_945_3 + 2 * sum
    }
}
