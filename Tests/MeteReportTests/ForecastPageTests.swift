import MeteModel
import Testing

@testable import MeteReport

struct ForecastPageTests {
    private func page(_ name: String, count: Int) -> String {
        let demands = (0..<count).map { Double($0 % 10) }
        return ForecastPage(
            [
                .init(
                    name: name, start: 0, step: .perSecond, demands: demands,
                    forecasts: demands.map { $0 > 0 ? Quantiles(median: $0, p90: $0, p95: $0 + 1, p99: $0 + 2) : nil },
                    head: ["METHOD", "MAE"], rows: [["mete", "0.1234"]])
            ], title: "Forecasts", version: "1"
        ).html
    }

    @Test func hasTheBandsTheDemandAndTheFigures() {
        let page = page("series", count: 100)
        #expect(page.contains("to the 0.95 quantile") && page.contains("median forecast"))
        #expect(page.contains("class=\"limit\"") && page.contains("0.1234"))
        #expect(!page.contains("The last 240 values"))
    }

    @Test func aLongSeriesIsShownAsAWholeAndItsEnd() {
        #expect(page("series", count: 1_000).contains("The last 240 values"))
    }

    @Test func namesAreEscaped() {
        let page = page("<b>&", count: 100)
        #expect(page.contains("&lt;b&gt;&amp;") && !page.contains("<b>&"))
    }
}
