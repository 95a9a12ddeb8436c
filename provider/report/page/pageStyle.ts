/** The page's style sheet. Colours are pairs of background and text, with a contrast of at least 4.5 to 1. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f7f9; --line: #d5dae1; --ink: #1b2330; --quiet: #566173; --accent: #0b57c2;
  --installed: #eef0f3; --installed-ink: #4a5567;
  --global: #dbe8fd; --global-ink: #123f87;
  --namespace: #d5f1e2; --namespace-ink: #0c5132;
  --workload: #ebe0fc; --workload-ink: #512a94;
  --pod: #fde7cf; --pod-ink: #7a3d00;
  --good: #d5f1e2; --good-ink: #0c5132;
  --bad: #fde0df; --bad-ink: #93120d;
  --warning: #fcefc7; --warning-ink: #6a4b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11151c; --raised: #1a202a; --line: #323c4b; --ink: #e6eaf0; --quiet: #a3aebd; --accent: #86b6ff;
    --installed: #232a35; --installed-ink: #b4bdca;
    --global: #1a345f; --global-ink: #c6dcff;
    --namespace: #123d2a; --namespace-ink: #b5efd0;
    --workload: #3a2763; --workload-ink: #e0d0ff;
    --pod: #4c2f10; --pod-ink: #ffdcb3;
    --good: #123d2a; --good-ink: #b5efd0;
    --bad: #5a1c1a; --bad-ink: #ffd0cd;
    --warning: #463708; --warning-ink: #fbe4a0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "Open Sans", sans-serif; }
header, main, footer { max-width: 100rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; }
h3 { display: inline; font-size: 1rem; margin: 0; }
p { margin: .35rem 0; }
a { color: var(--accent); }
code, .code { font: .87em/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.chips { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.chip { border: 0; color: inherit; font-family: inherit; line-height: inherit; }
button.chip:enabled { cursor: pointer; }
button.chip[aria-pressed=true] { outline: 2px solid currentColor; outline-offset: 1px; }
.chip, .state { border-radius: 1rem; padding: .1rem .7rem; white-space: nowrap; font-size: .87rem; }
.chip strong { font-size: 1.05rem; margin-right: .25rem; }
.good { background: var(--good); color: var(--good-ink); }
.bad { background: var(--bad); color: var(--bad-ink); }
.warning { background: var(--warning); color: var(--warning-ink); }
.tools { position: sticky; top: 0; z-index: 3; background: var(--ground); display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: end; padding: 1rem 0 .75rem; border-bottom: 1px solid var(--line); margin-top: 1rem; }
.tools label { display: block; font-size: .8rem; color: var(--quiet); margin-bottom: .3rem; }
input[type=search], select { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--quiet); border-radius: .4rem; padding: .35rem .6rem; }
::placeholder { color: var(--quiet); opacity: 1; }
input[type=search] { width: min(26rem, 85vw); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.scroll { position: relative; overflow: auto; max-height: 70vh; border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: separate; border-spacing: 0; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .65rem; border-bottom: 1px solid var(--line); font-weight: normal; }
thead th { background: var(--raised); font-size: .8rem; color: var(--quiet); }
.grid { width: auto; min-width: 100%; }
.grid.ours .own { display: none; }
.grid thead th.code { overflow-wrap: normal; min-width: 5.5rem; }
.grid thead th { position: sticky; top: 0; z-index: 1; }
.grid thead tr + tr th { top: 1.95rem; }
.grid th[scope=row], .grid thead th:first-child { position: sticky; left: 0; z-index: 2; background: var(--raised); }
.grid thead tr:first-child th:first-child { z-index: 3; }
.grid thead tr:first-child th:not(:first-child) { border-left: 1px solid var(--line); }
.grid td { line-height: 1.45; white-space: nowrap; max-width: 20rem; overflow: hidden; text-overflow: ellipsis; border-left: 1px solid var(--line); }
.grid th[scope=row] { white-space: nowrap; font-size: .9rem; line-height: 1.45; }
.grid th.picked { padding-left: 1.6rem; }
.grid th.picked .code { display: block; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; }
.states { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; margin: .6rem 0 0; font-size: .85rem; color: var(--quiet); }
.states div { display: flex; gap: .45rem; align-items: baseline; }
.states dd { margin: 0; }
.cluster { overflow-wrap: anywhere; }
.tag { display: inline-block; min-width: 1.25em; margin-right: .4em; text-align: center; font-size: .72rem; font-weight: 600; }
.installed { background: var(--installed); color: var(--installed-ink); }
.global { background: var(--global); color: var(--global-ink); }
.namespace { background: var(--namespace); color: var(--namespace-ink); }
.workload { background: var(--workload); color: var(--workload-ink); }
.pod { background: var(--pod); color: var(--pod-ink); }
.legend { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0 0 .75rem; padding: 0; list-style: none; font-size: .85rem; }
.legend li { border-radius: .3rem; padding: .1rem .6rem; }
.place { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; content-visibility: auto; contain-intrinsic-size: auto 3rem; }
.place { overflow-x: auto; }
.place > summary { padding: .55rem .9rem; cursor: pointer; border-radius: .5rem; }
.place[open] > summary { border-bottom: 1px solid var(--line); border-radius: .5rem .5rem 0 0; background: var(--raised); }
.place .counts { margin-left: .75rem; }
.place > summary .state { margin-left: .35rem; }
.place > table { table-layout: fixed; }
.place > table > thead th:nth-child(1) { width: 22rem; }
.place > table > thead th:nth-child(2) { width: 4.5rem; }
.place > table > thead th:nth-child(3) { width: 9rem; }
.place > table > tbody > tr > * { line-height: 1.6; }
.place tr:last-child > * { border-bottom: 0; }
.fields { margin: .3rem 0 0; width: auto; border: 1px solid var(--line); border-radius: .4rem; }
.fields caption { text-align: left; font-size: .8rem; color: var(--quiet); padding: .2rem .65rem; }
.place .fields th[scope=row] { width: auto; }
.nothing { padding: 2rem 0; color: var(--quiet); }
[hidden] { display: none !important; }
footer { padding-top: 2rem; padding-bottom: 3rem; font-size: .85rem; color: var(--quiet); }
@media (max-width: 50rem) {
  header, main, footer { padding-left: .75rem; padding-right: .75rem; }
  .place > table > thead th:nth-child(1) { width: 8rem; }
  .place > table > thead th:nth-child(2) { width: 3.5rem; }
  .place > table > thead th:nth-child(3) { width: 7rem; }
  .place > table { min-width: 34rem; }
  .grid th[scope=row], .grid th.picked .code { max-width: 9rem; overflow: hidden; text-overflow: ellipsis; }
  .grid th.picked { padding-left: 1rem; }
}
@media print { .tools { display: none; } .scroll { max-height: none; } }
`;
