"""The look of the reports, in light and dark.

Every text color has a contrast of at least 4.5 on both backgrounds, every bar at least 3; a test
computes both from this text. Color is never alone: signs and words say the same.
"""

from __future__ import annotations

CSS = """
:root{--page:#ffffff;--panel:#f4f6f8;--ink:#1b1f24;--muted:#515a64;--link:#0b5aa6;
--good:#0a6b48;--bad:#9a2a55;--line:#c9d0d8;--full:#13855c;--part:#0f6cac;--none:#a23b64;--open:#7d848d}
@media (prefers-color-scheme:dark){:root{--page:#14171a;--panel:#1e2327;--ink:#e8eaed;
--muted:#aab3bc;--link:#86bcff;--good:#4fcf9f;--bad:#f29bbd;--line:#3d454d;--full:#18a774;
--part:#4d9ad6;--none:#d0698f;--open:#8a9099}}
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:56rem;margin:0 auto;padding:1.2rem 1rem 3rem}
h1{font-size:1.7rem;line-height:1.2;margin:.4rem 0;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2rem 0 .5rem;padding-bottom:.2rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:0 0 .2rem;overflow-wrap:anywhere}
p{margin:.35rem 0}
a{color:var(--link)}
code{font:.92em ui-monospace,monospace;overflow-wrap:anywhere}
.lead{font-size:1.15rem}
.file,.muted,footer,.legend{color:var(--muted)}
.file,footer,.legend{font-size:.9rem;overflow-wrap:anywhere}
p.good,span.good{color:var(--good);font-weight:600}
p.bad,span.bad{color:var(--bad);font-weight:600}
p.muted{color:var(--muted);font-weight:600}
article{background:var(--panel);margin:.8rem 0;padding:.7rem 1rem;border-left:5px solid var(--open)}
article.good{border-color:var(--full)}
article.bad{border-color:var(--none)}
ul{list-style:none;margin:.3rem 0;padding:0}
li{margin:.15rem 0;overflow-wrap:anywhere}
.hint{border-top:1px solid var(--line);margin-top:.6rem;padding-top:.5rem}
.bar{display:flex;height:.8rem;min-width:7rem;background:var(--page);outline:1px solid var(--open)}
.bar span,.key{display:block;height:100%}
.full{background:var(--full)}
.part{background:var(--part)}
.none{background:var(--none)}
.open{background:var(--open)}
.key{display:inline-block;width:.8rem;height:.8rem;margin:0 .35rem 0 .8rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.94rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line)}
thead th{color:var(--muted);white-space:nowrap}
td.wide{min-width:15rem}
tbody th{font-weight:600;min-width:9rem;overflow-wrap:anywhere}
footer{margin-top:2.5rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
"""
