/// How the page looks: one column, two greys, six colours for components, light or dark as the reader has it.
enum ReportStyle {
    static let sheet = """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1d2126;--soft:#5d666f;--rule:#e3e6e9;--panel:#f6f7f8;--warn:#8a5a00;\
        --warnpaper:#fff6e0;--c1:#2f6db3;--c2:#d2762b;--c3:#2f8f6b;--c4:#a04e9b;--c5:#b3952b;--c6:#3e9bb5;--c0:#a4abb2}
        @media(prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e4e7ea;--soft:#98a1aa;--rule:#2c3238;--panel:#1c2025;\
        --warn:#f0c060;--warnpaper:#2a2415;--c1:#6aa5e6;--c2:#ec9c58;--c3:#5cc199;--c4:#cf86ca;--c5:#d6bb5c;--c6:#6cc3db;--c0:#6e767e}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI","Helvetica Neue",Arial,sans-serif}
        main{max-width:1088px;margin:0 auto;padding:28px 24px 64px}
        h1{font-size:24px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
        h2{font-size:17px;margin:38px 0 10px;padding-top:14px;border-top:1px solid var(--rule)}
        p{margin:6px 0;max-width:46em}
        .soft,.facts{color:var(--soft)}
        .facts{margin:0 0 18px;max-width:none}
        .caveats{background:var(--warnpaper);border-left:3px solid var(--warn);padding:10px 16px;margin:18px 0}
        .caveats h2{border:0;margin:0;padding:0;font-size:15px;color:var(--warn)}
        .caveats ul{margin:4px 0 0;padding-left:1.2em}
        .caveats li{overflow-wrap:anywhere}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr));gap:6px 20px}
        figure{margin:8px 0 14px;min-width:0;overflow-x:auto}
        figcaption{font-weight:600;font-size:14px;margin-bottom:2px}
        svg{display:block;width:100%;min-width:430px;height:auto;font:12px system-ui,"Segoe UI","Helvetica Neue",Arial,sans-serif;\
        font-variant-numeric:tabular-nums}
        svg.wide{min-width:760px}
        .g{stroke:var(--rule);fill:none}
        .t{stroke:var(--soft);fill:none}
        .n{fill:var(--soft);text-anchor:end}
        .m{fill:var(--soft);text-anchor:middle}
        .e{fill:var(--ink)}
        .a{stroke:var(--paper);stroke-width:.6;fill-opacity:.82}
        .l{fill:none;stroke-width:1.7;stroke-linejoin:round}
        .k{fill:none;stroke-width:1.5}
        .limit{fill:none;stroke:var(--soft);stroke-dasharray:5 4}
        text.limit{fill:var(--soft);stroke:none}
        path.k.limit{stroke-dasharray:none}
        .h{fill:transparent}
        .h:hover{fill:var(--ink);fill-opacity:.06}
        .a.c0{fill:var(--c0)}.a.c1{fill:var(--c1)}.a.c2{fill:var(--c2)}.a.c3{fill:var(--c3)}.a.c4{fill:var(--c4)}
        .a.c5{fill:var(--c5)}.a.c6{fill:var(--c6)}
        .l.c0,.k.c0{stroke:var(--c0)}.l.c1,.k.c1{stroke:var(--c1)}.l.c2,.k.c2{stroke:var(--c2)}.l.c3,.k.c3{stroke:var(--c3)}
        .l.c4,.k.c4{stroke:var(--c4)}.l.c5,.k.c5{stroke:var(--c5)}.l.c6,.k.c6{stroke:var(--c6)}
        .l.whole,.k.whole{stroke:var(--soft)}.l.whole{stroke-dasharray:5 4}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;margin:6px 0}
        caption{text-align:left;color:var(--soft);padding:4px 0}
        th,td{padding:4px 0 4px 14px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule);font-weight:400}
        thead th{color:var(--soft);vertical-align:bottom;white-space:normal;border-bottom-color:var(--soft)}
        th:first-child{text-align:left;padding-left:0;white-space:normal;overflow-wrap:anywhere;min-width:13em}
        tbody th{color:var(--ink)}
        .dot{display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:8px}
        .dot.c0{background:var(--c0)}.dot.c1{background:var(--c1)}.dot.c2{background:var(--c2)}.dot.c3{background:var(--c3)}
        .dot.c4{background:var(--c4)}.dot.c5{background:var(--c5)}.dot.c6{background:var(--c6)}
        details{font-size:13px;color:var(--soft)}
        summary{cursor:pointer}
        .bars{width:100%}.bars td:last-child{width:40%;text-align:left}.bars th:nth-child(2),.bars td:nth-child(2){text-align:left}
        .bar{display:inline-block;height:10px;background:var(--c1);border-radius:1px;min-width:1px}
        @media print{details{display:none}}
        """
}
